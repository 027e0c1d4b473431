"""The programs that sample many processes, and what is told of them."""

import json
import os
import shlex
import shutil
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import programs
from programs import BENCH, FLEET_FLOOR, FLOOR, HOSTPROC, NS_PER_MS, NS_PER_US, WORK
from programs import Broker, Collector, Lateness, Running
from tables import WARM_UP_S

AGENT = shlex.split(os.environ.get("BENCH_AGENT", f"{HOSTPROC} agent"))
TAG = f"hostproc-bench-{os.getpid()}"
EPISODES_BY_DEFAULT = 256  # what an agent takes unless it is told another limit
FOLDERS = WORK / "fleet"
PCP = Path("/usr/lib/pcp/bin/pmcd")
PCP_PROC = Path("/var/lib/pcp/pmdas/proc/pmdaproc")
PCP_NAMES = Path("/var/lib/pcp/pmns/root_proc")


def target(number, lives_s=1e6):
    """A process that does nothing, which an agent finds by its command line."""
    return programs.target(tag=f"{TAG}-{number}", lives_s=lives_s)


@contextmanager
def targets(count):
    with ExitStack() as stack:
        yield [stack.enter_context(target(number)).pid for number in range(count)]


@contextmanager
def load(per_core):
    """Keeps each core busy so many times over."""
    with ExitStack() as stack:
        for _ in range(per_core * os.cpu_count()):
            stack.enter_context(programs.burner())
        time.sleep(1)
        yield


def folder(name):
    """An empty folder."""
    path = FOLDERS / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def first_wall_ns(path):
    with open(path) as rows:
        return json.loads(rows.readline())["t_wall_ns"]


class Fleet:
    """Processes that together sample others, the first at their head, and the files of their rows.

    What ships has a broker of its own, which is new.
    """

    warm_up_s = 5

    def __init__(self, interval_ms, broker=None):
        self.interval_ms, self.broker = interval_ms, broker
        self.members = []

    def __enter__(self):
        with ExitStack() as stack:
            if self.broker:
                stack.enter_context(self.broker)
            for member in self.start():
                self.members.append(stack.enter_context(member))
            self.await_start()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *failure):
        return self.stack.__exit__(*failure)

    def await_start(self):
        """Returns when it samples."""
        self.members[0].await_that(lambda: len(self.begun()) >= self.count, "row of each process")

    def begun(self):
        return [path for path in self.files() if path.stat().st_size > 0]

    def sum_of(self, figure):
        return sum(getattr(member, figure)() for member in self.members)

    def cpu_ns(self):
        """Its own, and its broker's."""
        return self.sum_of("whole_cpu_ns"), self.broker.whole_cpu_ns() if self.broker else 0

    def mark(self):
        """What `rows_between` takes: how long each file is."""
        return {path: path.stat().st_size for path in self.files()}

    def rows_between(self, begun, ended):
        return sum(
            path.read_bytes()[begun.get(path, 0) : size].count(b"\n")
            for path, size in ended.items()
        )


class FleetFloor(Fleet):
    """One C thread for all of them."""

    def __init__(self, pids, interval_ms, seconds, priority="normal"):
        super().__init__(interval_ms)
        self.count = len(pids)
        self.folder = folder("floor")
        ticks = seconds * 1000 // interval_ms
        self.command = (FLEET_FLOOR, interval_ms * 1000, ticks, priority, self.folder, *pids)

    def start(self):
        yield Running(*self.command, log=WORK / "fleet_floor.log")

    def files(self):
        return sorted(self.folder.glob("*.jsonl"))


class Each(Fleet):
    """A process of its own for each of them."""

    def __init__(self, name, command, pids, interval_ms, seconds):
        super().__init__(interval_ms)
        self.count = len(pids)
        self.folder = folder(name)
        self.log = WORK / f"{name}.log"
        self.commands = [
            (*command, pid, self.folder / f"{pid}.jsonl", interval_ms * 1000,
             seconds * 1000 // interval_ms) for pid in pids
        ]  # fmt: skip

    def start(self):
        for command in self.commands:
            yield Running(*command, log=self.log)

    def files(self):
        return sorted(self.folder.glob("*.jsonl"))


def floors(pids, interval_ms, seconds):
    return Each("floors", [FLOOR], pids, interval_ms, seconds)


def pythons(pids, interval_ms, seconds):
    command = [sys.executable, BENCH / "sampler.py"]
    return Each("python", command, pids, interval_ms, seconds)


class OneCollector(Fleet):
    """`hostproc collect`, as it is used for one process."""

    warm_up_s = WARM_UP_S
    count = 1

    def __init__(self, pid, interval_ms):
        super().__init__(interval_ms, Broker())
        self.collector = Collector(self.broker, pid, interval_ms, name="one")

    def start(self):
        yield self.collector

    def files(self):
        return [path for path in [self.collector.path] if path.exists()]


class Agent(Fleet):
    """The agent, with all its episodes in a folder of its own."""

    warm_up_s = WARM_UP_S

    def __init__(self, count, interval_ms, priority="normal"):
        super().__init__(interval_ms, Broker())
        self.count = count
        self.folder = folder("agent")
        self.log = WORK / "agent.log"
        self.config = WORK / "agent.yaml"
        # JSON is YAML.
        self.config.write_text(json.dumps(self.settings(priority), indent=2) + "\n")

    def settings(self, priority):
        settings = {
            "kafka": {"bootstrap_servers": self.broker.address},
            "output": str(self.folder),
            "interval_ms": self.interval_ms,
            "watch": [
                {
                    "name": "bench",
                    "match": {"arguments": TAG + "-(?<n>[0-9]+)"},
                    "episode": "bench-{n}-{started}",
                }
            ],
        }
        if priority != "normal":
            settings["priority"] = priority
        if self.count > EPISODES_BY_DEFAULT:
            settings["limits"] = {"episodes": self.count}
        return settings

    def start(self):
        self.began_wall_ns = time.time_ns()
        yield Running(*AGENT, "--config", self.config, log=self.log)

    def __exit__(self, *failure):
        super().__exit__(*failure)
        head = self.members[0]
        if head.process.returncode != 0 and failure == (None, None, None):
            sys.exit(f"{head.last_words()}\nthe agent ended with {head.process.returncode}")

    def files(self):
        return sorted(self.folder.glob("*/host_proc.jsonl"))

    def first_row_ms(self):
        """From the start of the program to the first row of the last process."""
        return (max(map(first_wall_ns, self.files())) - self.began_wall_ns) / NS_PER_MS

    def manifests(self):
        """By the number of the process."""
        return {int(path.parent.name.split("-")[1]): path
                for path in self.folder.glob("*/host_proc.episode.json")}  # fmt: skip


class Pcp(Fleet):
    """Performance Co-Pilot, writing the same numbers of all the host's processes into an archive.

    It has one namespace and one source, the processes. A row is one process at one tick.
    """

    NUMBERS = ("utime", "stime", "rss", "vsize", "minflt", "maj_flt", "vctxsw", "nvctxsw")

    def __init__(self, interval_ms):
        super().__init__(interval_ms)
        self.folder = folder("pcp")
        # The path of a socket is short.
        self.socket = Path(f"/tmp/hostproc-bench-{os.getpid()}.socket")
        self.log = WORK / "pcp.log"

    def start(self):
        sources, numbers = self.folder / "sources", self.folder / "numbers"
        sources.write_text(f"proc 3 pipe binary {PCP_PROC} -d 3\n")
        names = [f"  proc.psinfo.{name}\n" for name in self.NUMBERS]
        names += [f"  proc.io.{name}\n" for name in ("read_bytes", "write_bytes")]
        numbers.write_text(
            f"log mandatory on {self.interval_ms} msec {{\n" + "".join(names) + "}\n"
        )
        self.socket.unlink(missing_ok=True)
        daemon = Running(
            PCP, "-f", "-A", "-c", sources, "-n", PCP_NAMES, "-s", self.socket, "-i", "127.0.0.1",
            "-p", programs.BROKER_PORT + 1, "-l", self.folder / "pmcd.log", log=self.log,
        )  # fmt: skip
        yield daemon
        daemon.await_that(self.socket.exists, "socket")
        yield Running(
            "env", "PMLOGGER_LOCAL=1", "pmlogger", "-L", "-c", numbers, "-h", f"unix:/{self.socket}",
            "-l", self.folder / "pmlogger.log", self.folder / "rows", log=self.log,
        )  # fmt: skip

    def await_start(self):
        """pmcd's sources are its children, and end with it."""
        daemon = self.members[0]
        daemon.await_that(self.begun, "archive")
        self.count = sum(name.isdigit() for name in os.listdir("/proc"))
        for pid in daemon.proc(f"task/{daemon.pid}/children").read_text().split():
            source = Running()
            source.pid = int(pid)
            self.members.append(source)

    def files(self):
        return sorted(self.folder.glob("rows.[0-9]*"))

    def mark(self):
        """Records: one a tick, each with its length, which counts itself, in front."""
        records = 0
        for path in self.files():
            at, archive = 0, path.read_bytes()
            while at + 4 <= len(archive):
                at += max(4, int.from_bytes(archive[at : at + 4], "big"))
                records += at <= len(archive)
        return records

    def rows_between(self, begun, ended):
        return (ended - begun) * self.count


class FleetWindow:
    """What a fleet, and its broker, do from here to `end`."""

    def __init__(self, fleet):
        self.fleet = fleet
        self.begun = fleet.mark()
        self.began = time.monotonic()
        self.cpu = fleet.cpu_ns()

    def end(self):
        cpu, self.ended = self.fleet.cpu_ns(), self.fleet.mark()
        seconds = time.monotonic() - self.began
        self.rows = self.fleet.rows_between(self.begun, self.ended)
        if self.rows == 0:
            sys.exit(f"{type(self.fleet).__name__}: no rows in the time measured")
        self.due = seconds * 1000 / self.fleet.interval_ms * self.fleet.count
        self.us, self.broker_us = (
            (now - before) / self.rows / NS_PER_US for now, before in zip(cpu, self.cpu)
        )
        return self

    def lateness(self):
        """Ticks missed, and the worst lateness in ms, of all its files."""
        late = [
            Lateness(path, self.fleet.interval_ms, part=slice(self.begun.get(path, 0), size))
            for path, size in self.ended.items()
        ]
        return sum(each.missed for each in late), max(each.worst_us for each in late) / 1000
