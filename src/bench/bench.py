#!/usr/bin/env python3
"""Figures of hostproc beside baselines of the same run; docs/performance.md says what they mean.

    mvn -q -DskipTests package && src/bench/bench.py NAME...

Names: row, cadence, start. Needs gcc. Prints tables, and writes each to target/bench/NAME.md.
"""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "src" / "bench"
WORK = ROOT / "target" / "bench"
FLOOR = WORK / "floor"
JAR = ROOT / "target" / "hostproc.jar"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
NS_PER_US = 1000


def run(*command):
    return subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, text=True
    ).stdout


class Cost:
    """What some rows have cost: rows, CPU ns, ns gone by, ticks missed."""

    def __init__(self, rows, cpu_ns, elapsed_ns, missed, allocated_bytes=None):
        self.rows = rows
        self.cpu_us = cpu_ns / rows / NS_PER_US
        self.elapsed_us = elapsed_ns / rows / NS_PER_US
        self.missed = missed
        self.allocated_bytes = allocated_bytes


def cost(printed):
    return Cost(*(int(word) for word in printed.split()))


def rows_file():
    path = WORK / "rows.jsonl"
    path.unlink(missing_ok=True)
    return path


class Running:
    """A process that is ended when the block ends."""

    def __init__(self, *command, log=None):
        self.command = [str(word) for word in command]
        self.log = log

    def __enter__(self):
        out = open(self.log, "w") if self.log else subprocess.DEVNULL
        self.process = subprocess.Popen(
            self.command, stdout=out, stderr=subprocess.STDOUT, cwd=WORK
        )
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def cpu_ns(self, thread=None):
        """Of all its threads, or of those of this name."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            name = (task / "comm").read_text().strip()
            if thread is None or name == thread:
                total += int((task / "schedstat").read_text().split()[0])
        return total


def target():
    return Running("sleep", "infinity")


def floor(pid, interval_us, ticks):
    return cost(run(FLOOR, pid, rows_file(), interval_us, ticks))


def python(pid, interval_us, ticks):
    return cost(run(sys.executable, BENCH / "sampler.py", pid, rows_file(), interval_us, ticks))


def spread(values):
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def ratio(values, baseline):
    return statistics.median(values) / statistics.median(baseline)


def table(name, head, lines):
    text = [
        f"Load before: {LOAD}. Medians of {ROUNDS} rounds, and their least and greatest.",
        "",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
    ]
    text += ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]
    (WORK / f"{name}.md").write_text("\n".join(text) + "\n")
    print("\n".join(text), flush=True)


def bench_row():
    """CPU a row, back to back, warm, of the sampling thread alone."""
    classes = [ROOT / "target" / "test-classes", JAR]
    java = ["java", "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"]
    java += ["--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", *JVM]
    java += ["-cp", ":".join(map(str, classes)), "cis490.hostproc.bench.BackToBack"]
    ticks = 100_000
    costs = {"C floor": [], "hostproc": [], "Python": []}
    with target() as process:
        for _ in range(ROUNDS):
            costs["C floor"].append(floor(process.pid, 0, ticks))
            costs["hostproc"].append(cost(run(*java, process.pid, rows_file(), ticks, ticks)))
            costs["Python"].append(python(process.pid, 0, ticks // 4))
    least = [each.cpu_us for each in costs["C floor"]]
    lines = []
    for name, each in costs.items():
        cpu = [one.cpu_us for one in each]
        allocated = {one.allocated_bytes for one in each} - {None}
        lines.append(
            (name, spread(cpu), f"{ratio(cpu, least):.2f}", max(allocated) if allocated else "")
        )
    table("row", ("", "CPU µs a row", "× floor", "bytes allocated in all"), lines)


class Broker(Running):
    def __init__(self, port):
        super().__init__(
            "java", "-jar", JAR, "broker", "--port", port, "--data", WORK / "broker",
            log=WORK / "broker.log",
        )
        self.address = f"127.0.0.1:{port}"

    def __enter__(self):
        shutil.rmtree(WORK / "broker", ignore_errors=True)
        super().__enter__()
        while "ready" not in (WORK / "broker.log").read_text():
            if self.process.poll() is not None:
                sys.exit((WORK / "broker.log").read_text())
            time.sleep(0.1)
        return self


def collector(broker, pid, interval_ms, episode):
    path = rows_file()
    return path, Running(
        *HOSTPROC, "collect", "--episode", episode, "--pid", pid, "--interval-ms", interval_ms,
        "--output", path, "--bootstrap-servers", broker.address, "--summary", "json",
        log=WORK / "collector.log",
    )


def bench_cadence():
    """CPU a row at a cadence: sampling thread, and whole process with shipping."""
    lines = []
    with target() as process, Broker(29192) as broker:
        for interval_ms, seconds in ((1, 20), (10, 30), (100, 60)):
            ticks = seconds * 1000 // interval_ms
            us = {"floor": [], "thread": [], "whole": [], "python": []}
            for turn in range(ROUNDS):
                us["floor"].append(floor(process.pid, interval_ms * 1000, ticks).cpu_us)
                us["python"].append(python(process.pid, interval_ms * 1000, ticks).cpu_us)
                episode = f"bench-{interval_ms}-{turn}-{time.time_ns()}"
                path, hostproc = collector(broker, process.pid, interval_ms, episode)
                with hostproc:
                    time.sleep(WARM_UP_S)
                    rows = path.read_bytes().count(b"\n")
                    whole, thread = hostproc.cpu_ns(), hostproc.cpu_ns("hostproc-sample")
                    time.sleep(seconds)
                    thread = hostproc.cpu_ns("hostproc-sample") - thread
                    whole = hostproc.cpu_ns() - whole
                    rows = path.read_bytes().count(b"\n") - rows
                us["thread"].append(thread / rows / NS_PER_US)
                us["whole"].append(whole / rows / NS_PER_US)
            lines.append(
                (
                    f"{interval_ms} ms",
                    spread(us["floor"]),
                    spread(us["thread"]),
                    f"{ratio(us['thread'], us['floor']):.2f}",
                    spread(us["python"]),
                    spread(us["whole"]),
                    f"{ratio(us['whole'], us['python']):.2f}",
                )
            )
    head = (
        "interval", "C floor", "sampling thread", "× floor", "Python", "whole process", "× Python",
    )
    table("cadence", head, lines)


def first_row_ms(*command):
    path = rows_file()
    began = time.perf_counter()
    with Running(*command, path, log=WORK / "start.log") as process:
        while not path.exists() or path.stat().st_size == 0:
            if process.process.poll() is not None:
                sys.exit((WORK / "start.log").read_text())
            time.sleep(0.0005)
        return (time.perf_counter() - began) * 1000


class FirstRow:
    """A sampler that is given its file last."""

    def __init__(self, broker):
        self.hostproc = [
            *HOSTPROC, "collect", "--bootstrap-servers", broker.address, "--interval-ms", 10,
        ]

    def python_ms(self, pid):
        code = (
            "import sys; sys.path.insert(0, sys.argv[1]); import sampler;"
            "sampler.main(sys.argv[2], sys.argv[3], 10000, 10)"
        )
        return first_row_ms(sys.executable, "-B", "-c", code, BENCH, pid)

    def hostproc_ms(self, pid):
        episode = f"bench-start-{time.time_ns()}"
        return first_row_ms(*self.hostproc, "--episode", episode, "--pid", pid, "--output")


def bench_start():
    """From exec to the first row in the file."""
    ms = {"Python": [], "hostproc": []}
    with target() as process, Broker(29192) as broker:
        first = FirstRow(broker)
        for _ in range(4 * ROUNDS):
            ms["Python"].append(first.python_ms(process.pid))
            ms["hostproc"].append(first.hostproc_ms(process.pid))
    lines = [
        (name, spread(each), f"{ratio(each, ms['Python']):.2f}") for name, each in ms.items()
    ]
    table("start", ("", "ms", "× Python"), lines)


WARM_UP_S = int(os.environ.get("BENCH_WARM_UP_S", "20"))
JVM = os.environ.get("BENCH_JVM", "").split()
HOSTPROC = ["java", *JVM, "-jar", JAR]
LOAD = " ".join(Path("/proc/loadavg").read_text().split()[:3])

if __name__ == "__main__":
    benches = {key[6:]: value for key, value in globals().items() if key.startswith("bench_")}
    if len(sys.argv) < 2 or not set(sys.argv[1:]) <= set(benches):
        sys.exit(f"{sys.argv[0]} NAME..., of: {', '.join(benches)}")
    WORK.mkdir(parents=True, exist_ok=True)
    run("gcc", "-O2", "-o", FLOOR, BENCH / "floor.c")
    for name in sys.argv[1:]:
        benches[name]()
