"""What the Python sampler does for a row, as a baseline: its own functions, in a loop like its own that
ends after so many rows.

    sampler.py PID FILE INTERVAL_US TICKS

An interval of 0 is back to back. Prints: rows, CPU ns, ns gone by, ticks missed."""

import json
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "test" / "resources" / "reference"))

from host_proc_sampler import collect_once  # noqa: E402


def main(pid, path, interval_us, ticks):
    interval_ns = interval_us * 1000
    stop = threading.Event()
    with open(path, "a", buffering=1) as file:
        origin_ns = time.monotonic_ns()
        cpu_ns = time.process_time_ns()
        rows = missed = 0
        next_ns = origin_ns
        while rows < ticks:
            file.write(json.dumps(collect_once(pid, origin_ns)) + "\n")
            rows += 1
            if interval_ns == 0:
                continue
            next_ns += interval_ns
            sleep_ns = next_ns - time.monotonic_ns()
            if sleep_ns > 0:
                stop.wait(sleep_ns / 1e9)
            else:
                missed += 1
                next_ns = time.monotonic_ns()
        print(rows, time.process_time_ns() - cpu_ns, time.monotonic_ns() - origin_ns, missed)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
