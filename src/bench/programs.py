"""The programs that are measured, and what is told of them."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "src" / "bench"
WORK = ROOT / "target" / "bench"
FLOOR = WORK / "floor"
FLEET_FLOOR = WORK / "fleet_floor"
HOSTPROC = ROOT / "target" / "hostproc"
NS_PER_US = 1000
NS_PER_MS = 1000_000
BROKER_PORT = 19192
READY_S = 60
END_S = 120

JAVA = ["java", "-XX:+UseSerialGC", "-Xmx64m"]
JAVA += ["--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"]
JAVA += ["--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED"]
JAVA += ["-cp", f"{ROOT}/target/test-classes:{ROOT}/target/hostproc.jar"]


def end_in_order():
    """A signal ends the block that runs, and with it what was started; a second one changes nothing."""

    def end(number, _):
        for each in ends:
            signal.signal(each, lambda *_: None)
        sys.exit(128 + number)

    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in ends:
        signal.signal(each, end)


def open_many_files():
    """As many as the system allows, here and in what is started."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


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


def rows_file(name="rows"):
    """The path of a file that is not there."""
    for old in WORK.glob(f"{name}.*"):
        old.unlink()
    return WORK / f"{name}.jsonl"


class Running:
    """A process that is ended when the block ends. Signals of the terminal are not for it."""

    def __init__(self, *command, log=None):
        self.command = [str(word) for word in command]
        self.log = log

    def __enter__(self):
        with open(self.log or os.devnull, "w") as out:
            self.process = subprocess.Popen(
                self.command, stdout=out, stderr=subprocess.STDOUT, cwd=WORK, start_new_session=True
            )
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            print(f"killed, not ended after {END_S} s: {' '.join(self.command)}", file=sys.stderr)

    def await_that(self, is_ready, what):
        """Ends the benchmark if the process ends first, or does not get there."""
        until = time.monotonic() + READY_S
        while not is_ready():
            if self.process.poll() is not None:
                sys.exit(f"{self.last_words()}\n{self.command[0]} has ended before {what}")
            if time.monotonic() > until:
                sys.exit(f"{self.last_words()}\n{self.command[0]}: no {what} within {READY_S} s")
            time.sleep(0.05)

    def last_words(self):
        return "\n".join(Path(self.log).read_text().splitlines()[-20:])

    def proc(self, name):
        return Path(f"/proc/{self.pid}/{name}")

    def whole_cpu_ns(self):
        """Of all its threads, also of those that have ended: its clock as the kernel numbers it."""
        return time.clock_gettime_ns(~self.pid << 3 | 2)

    def share_kib(self):
        """Resident memory, of which a page that several processes share counts for each in part."""
        return int(re.search(r"Pss:\s*(\d+)", self.proc("smaps_rollup").read_text())[1])

    def threads(self):
        return len(os.listdir(self.proc("task")))

    def open_files(self):
        return len(os.listdir(self.proc("fd")))

    def cpu_ns(self, thread=None):
        """Of all its threads, or of those of this name."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                name = (task / "comm").read_text().strip()
                if thread is None or name == thread:
                    total += int((task / "schedstat").read_text().split()[0])
            except FileNotFoundError:
                pass  # it has just ended
        return total

    def resident_kib(self):
        return int(re.search(r"VmRSS:\s*(\d+)", self.proc("status").read_text())[1])


def target(threads=1, tag="", lives_s=1e6):
    """A process that does nothing, in so many threads, with a word in its command line."""
    code = (
        "import threading, time\n"
        f"def idle(): time.sleep({lives_s})\n"
        f"for _ in range({threads} - 1): threading.Thread(target=idle, daemon=True).start()\n"
        "idle()"
    )
    return Running(sys.executable, "-c", code, tag)


def burner(*prefix):
    """Keeps one core busy."""
    return Running(*prefix, sys.executable, "-c", "while True: pass")


def floor(pid, interval_us, ticks):
    return cost(run(FLOOR, pid, rows_file("floor"), interval_us, ticks))


def python(pid, interval_us, ticks):
    rows = rows_file("python")
    return cost(run(sys.executable, BENCH / "sampler.py", pid, rows, interval_us, ticks))


def back_to_back(pid, ticks):
    main = "cis490.hostproc.bench.BackToBack"
    return cost(run(*JAVA, main, pid, rows_file(), ticks, ticks))


class Broker(Running):
    """The embedded Kafka, in a process of its own."""

    def __init__(self):
        self.data = WORK / "broker"
        super().__init__(
            HOSTPROC, "broker", "--port", BROKER_PORT, "--data", self.data, log=WORK / "broker.log"
        )
        self.address = f"127.0.0.1:{BROKER_PORT}"

    def __enter__(self):
        run("rm", "-rf", self.data)
        super().__enter__()
        try:
            self.await_that(lambda: "ready" in Path(self.log).read_text(), "ready broker")
        except BaseException:
            self.__exit__()
            raise
        return self


class Collector(Running):
    """Samples a process, ships to a broker."""

    def __init__(self, broker, pid, interval_ms, *options, name="rows"):
        self.episode = f"bench-{time.time_ns()}"
        self.path = rows_file(name)
        super().__init__(
            HOSTPROC, "collect", "--episode", self.episode, "--pid", pid,
            "--interval-ms", interval_ms, "--output", self.path,
            "--bootstrap-servers", broker.address, *options,
            log=WORK / f"{name}.log",
        )  # fmt: skip

    def rows(self):
        return self.path.read_bytes().count(b"\n")

    @contextmanager
    def stopped(self):
        """Not running for a while, and warm afterwards."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def __exit__(self, *_):
        super().__exit__()
        if self.process.returncode != 0:
            sys.exit(Path(self.log).read_text())


class Window:
    """What a collector and its broker do from here to {@code end}."""

    def __init__(self, collector, broker):
        self.collector, self.broker = collector, broker
        self.rows, self.whole = collector.rows(), collector.cpu_ns()
        self.thread = collector.cpu_ns("hostproc-sample")
        self.brokers = broker.cpu_ns()

    def end(self):
        rows = self.collector.rows() - self.rows
        us = NS_PER_US * rows
        self.thread_us = (self.collector.cpu_ns("hostproc-sample") - self.thread) / us
        self.whole_us = (self.collector.cpu_ns() - self.whole) / us
        self.broker_us = (self.broker.cpu_ns() - self.brokers) / us
        return self


class Lateness:
    """How late the rows of a file, or of some bytes of it, are, once so many are passed over.

    A row is due at the first instant of the grid after the row before it. Its time is taken when the
    kernel's files are read, so the reading is part of it, alike for all programs.
    """

    def __init__(self, path, interval_ms, skip=0, part=slice(None)):
        interval_ns = interval_ms * NS_PER_MS
        rows = path.read_bytes()[part]
        times = [int(time) for time in re.findall(rb'"t_mono_ns": (\d+),', rows)][skip:]
        if len(times) < 2:
            sys.exit(f"{path}: fewer than two rows in the time measured")
        due = [(before // interval_ns + 1) * interval_ns for before in times[:-1]]
        late = sorted(time - at for time, at in zip(times[1:], due))
        self.missed = times[-1] // interval_ns - times[0] // interval_ns + 1 - len(times)
        self.p50_us, self.p99_us, self.p999_us = (
            late[int(share * len(late))] / NS_PER_US for share in (0.5, 0.99, 0.999)
        )
        self.worst_us = late[-1] / NS_PER_US


def compressed_bytes(broker, collector):
    """What the topic of an episode takes on the broker's disk."""
    folders = broker.data.glob(f"**/oracle.host-proc.{collector.episode}-0/*.log")
    return sum(os.stat(log).st_size for log in folders)


def summary(collector):
    return json.loads(Path(collector.log).read_text().splitlines()[-1])
