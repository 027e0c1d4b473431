"""Prints what the reference makes of each fixture, a JSON line for each.

    python3 print_golden.py ../proc > golden.jsonl

The clocks and the page size are fixed, so that the lines are the same on every machine. A row is
the last member of its line: its bytes are json.dumps's own.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import host_proc_sampler  # noqa: E402

ORIGIN_NS = 5_000_000_000_000


def main(root):
    host_proc_sampler.PAGE_SIZE = 4096
    for number, folder in enumerate(sorted(root.glob("*/[0-9]*"))):
        host_proc_sampler.time = SimpleNamespace(
            monotonic_ns=lambda: ORIGIN_NS + number * 100_000_007,
            time_ns=lambda: 1_767_225_600_123_456_789 + number * 100_000_007,
        )
        known = {"case": folder.parent.name, "pid": int(folder.name)}
        try:
            row = host_proc_sampler.collect_once(
                known["pid"], ORIGIN_NS, proc_root=str(folder.parent)
            )
            print(json.dumps({**known, "row": row}))
        except (ValueError, IndexError, KeyError) as error:
            print(json.dumps({**known, "error": type(error).__name__}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
