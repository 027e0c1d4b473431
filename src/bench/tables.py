"""Figures as text: the tables of the benchmarks, and how often and how long they measure."""

import os
import statistics
from pathlib import Path

from programs import WORK

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WARM_UP_S = int(os.environ.get("BENCH_WARM_UP_S", "120"))
MEMORY_S = int(os.environ.get("BENCH_MEMORY_S", "1800"))
FLEET_S = int(os.environ.get("BENCH_FLEET_S", "600"))
NIGHT_S = int(os.environ.get("BENCH_NIGHT_S", "1800"))
SEED = int(os.environ.get("BENCH_SEED", "1"))
load_before = ""


def spread(values, digits=1):
    least, most = (f"{value:.{digits}f}" for value in (min(values), max(values)))
    return f"{statistics.median(values):.{digits}f} ({least} to {most})"


def ratio(values, baseline):
    return f"{statistics.median(values) / statistics.median(baseline):.2f}"


def load():
    return " ".join(Path("/proc/loadavg").read_text().split()[:3])


def begin():
    """Notes the load: before a benchmark adds its own."""
    global load_before
    load_before = load()


def table(name, head, lines, note=""):
    """Prints it, and writes it to a file."""
    text = [f"Load before: {load_before}. {note}".strip(), ""]
    text += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    text += ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]
    (WORK / f"{name}.md").write_text("\n".join(text) + "\n")
    print("\n".join(text) + "\n", flush=True)


def medians(rounds=ROUNDS):
    return f"Medians of {rounds} rounds, and their least and greatest."
