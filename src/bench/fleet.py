"""The benchmarks of many episodes in one process: the agent beside a C floor and other programs.

Only one program samples at any time. The processes that are sampled sleep, and stay the same but
for `fleet-short` and `fleet-night`, where some work.
"""

import statistics
import time
from contextlib import ExitStack

from fleet_programs import PCP, Agent, FleetFloor, FleetWindow, OneCollector, Pcp
from fleet_programs import floors, load, pythons, target, targets
from programs import NS_PER_MS
from tables import FLEET_S, ROUNDS
from tables import medians, ratio, spread, table

EPISODES = 64
MANY = 512
MEMORY_OF = (1, 16, 64, 128)
WINDOW_S = 30
BASELINE_S = 120  # a baseline ends by itself, at the latest
KIB_PER_MIB = 1024
PRIORITIES = ("normal", "high", "realtime")
SHORT_S = 20
SEALED_WITHIN_S = 60


def census(fleet):
    """Resident MiB, the same with a share of shared pages only, threads, open files."""
    resident, share = (fleet.sum_of(kib) / KIB_PER_MIB for kib in ("resident_kib", "share_kib"))
    return resident, share, fleet.sum_of("threads"), fleet.sum_of("open_files")


CENSUS = ("RSS MiB", "PSS MiB", "threads", "open files")


def whole(figures):
    return [f"{figure:.0f}" for figure in figures]


class Figures:
    """Of one program, over all rounds."""

    def __init__(self):
        self.us, self.broker_us, self.made_share, self.census = [], [], [], []

    def add(self, window):
        self.us.append(window.us)
        self.broker_us.append(window.broker_us)
        self.made_share.append(100 * window.rows / window.due)
        self.census.append(census(window.fleet))

    def held(self):
        return whole(statistics.median(each) for each in zip(*self.census))

    def made(self):
        return f"{statistics.median(self.made_share):.0f}"

    def broker(self):
        return spread(self.broker_us) if any(self.broker_us) else ""


def measured(fleet, seconds=WINDOW_S):
    """What it does once it is warm."""
    time.sleep(fleet.warm_up_s)
    window = FleetWindow(fleet)
    time.sleep(seconds)
    return window.end()


def in_turn(programs):
    """Figures by name of the program; each round starts each anew, one after the other."""
    figures = {name: Figures() for name in programs}
    for _ in range(ROUNDS):
        for name, fleet in programs.items():
            with fleet() as running:
                figures[name].add(measured(running))
    return figures


def bench_fleet():
    """64 episodes at 100 and 10 ms: CPU a row and memory, beside a C floor, Python and PCP."""
    lines = []
    with targets(EPISODES) as pids:
        for interval_ms in (100, 10):
            lines += fleet_lines(pids, interval_ms)
    head = (
        "interval", "", "CPU µs a row", "× floor", "× Python", "rows, % of those due", *CENSUS,
        "broker, CPU µs a row",
    )  # fmt: skip
    table("fleet", head, lines, medians())


def fleet_lines(pids, interval_ms):
    programs = {
        "C floor": lambda: FleetFloor(pids, interval_ms, BASELINE_S),
        "Python": lambda: pythons(pids, interval_ms, BASELINE_S),
        "agent": lambda: Agent(len(pids), interval_ms),
    }
    if PCP.exists():
        programs["PCP"] = lambda: Pcp(interval_ms)
    figures = in_turn(programs)
    for name, each in figures.items():
        ratios = [ratio(each.us, figures[other].us) for other in ("C floor", "Python")]
        held = (each.made(), *each.held(), each.broker())
        yield f"{interval_ms} ms", name, spread(each.us), *ratios, *held
    if "PCP" not in figures:
        yield f"{interval_ms} ms", "PCP", "not installed", *[""] * 8


def bench_fleet_memory():
    """Memory of 1, 16, 64 and 128 episodes at 100 ms, and what each further one takes."""
    lines = []
    before = None
    for count in MEMORY_OF:
        with targets(count), Agent(count, 100) as agent:
            time.sleep(agent.warm_up_s)
            now = census(agent)
        further = ["", ""]
        if before:
            more = count - lines[-1][0]
            further = [f"{(mib - least) / more:.2f}" for mib, least in zip(now[:2], before)]
        lines.append((count, *whole(now), *further))
        before = now
    head = ("episodes", *CENSUS, "each further one, RSS MiB", "PSS MiB")
    table("fleet-memory", head, lines, "One round.")


def bench_fleet_one():
    """One episode at 10 ms: the agent beside collect, the floor of many beside that of one."""
    with targets(1) as pids:
        figures = in_turn(
            {
                "C floor": lambda: floors(pids, 10, BASELINE_S),
                "C floor of many": lambda: FleetFloor(pids, 10, BASELINE_S),
                "collect": lambda: OneCollector(pids[0], 10),
                "agent": lambda: Agent(1, 10),
            }
        )
    lines = []
    for name, each in figures.items():
        ratios = [ratio(each.us, figures[other].us) for other in ("C floor", "collect")]
        lines.append((name, spread(each.us), *ratios, *each.held(), each.broker()))
    head = ("", "CPU µs a row", "× floor", "× collect", *CENSUS, "broker, CPU µs a row")
    table("fleet-one", head, lines, medians())


def bench_fleet_many():
    """512 episodes at 1 s: ticks missed and CPU a row, beside the floor."""
    seconds = 60
    windows = {"C floor": [], "agent": []}
    with targets(MANY) as pids:
        for _ in range(ROUNDS):
            with FleetFloor(pids, 1000, BASELINE_S) as floor:
                windows["C floor"].append(measured(floor, seconds))
            with Agent(MANY, 1000) as agent:
                windows["agent"].append(measured(agent, seconds))
    floor_us = [window.us for window in windows["C floor"]]
    lines = []
    for name, each in windows.items():
        us = [window.us for window in each]
        lines.append((name, spread(us), ratio(us, floor_us), *lateness_cells(each)))
    head = ("", "CPU µs a row", "× floor", *LATENESS)
    table("fleet-many", head, lines, medians())


LATENESS = ("rows missed", "of", "worst lateness ms")


def lateness_cells(windows):
    missed, worst_ms = zip(*(window.lateness() for window in windows))
    due = statistics.median(window.rows + each for window, each in zip(windows, missed))
    return spread(missed, 0), f"{due:.0f}", spread(worst_ms)


def bench_fleet_busy():
    """64 episodes at 10 ms beside two busy loops a core: rows missed and lateness, by priority."""
    lines = []
    with targets(EPISODES) as pids:
        for priority in PRIORITIES:
            programs = {
                "C floor": FleetFloor(pids, 10, (ROUNDS + 1) * BASELINE_S, priority),
                "agent": Agent(EPISODES, 10, priority),
            }
            for name, fleet in programs.items():
                with fleet:
                    lines.append((priority, name, *lateness_cells(busy_windows(fleet))))
    table("fleet-busy", ("priority", "", *LATENESS), lines, medians())


def busy_windows(fleet, seconds=12):
    """Each round with other busy loops, of the same warm program."""
    time.sleep(fleet.warm_up_s)
    windows = []
    for _ in range(ROUNDS):
        with load(per_core=2):
            window = FleetWindow(fleet)
            time.sleep(seconds)
            windows.append(window.end())
        time.sleep(2)
    return windows


def bench_fleet_start():
    """From the agent's exec to the first row of the last of 64 processes that live."""
    ms = []
    with targets(EPISODES):
        for _ in range(4 * ROUNDS):
            with Agent(EPISODES, 100) as agent:
                ms.append(agent.first_row_ms())
    table("fleet-start", ("", "ms"), [("agent", spread(ms))], medians(4 * ROUNDS))


class ComeAndGo:
    """Processes of a short life, begun evenly, so that as many as wanted are there at a time."""

    def __init__(self, count, life_s, seconds):
        self.life_s, self.every_s = life_s, life_s / count
        self.total = seconds * count // life_s
        self.began = time.monotonic()
        self.started = 0
        self.alive = {}
        self.ended_wall_ns = {}

    def __enter__(self):
        self.stack = ExitStack()
        return self

    def __exit__(self, *failure):
        return self.stack.__exit__(*failure)

    def step(self):
        for number, process in list(self.alive.items()):
            if process.poll() is not None:
                self.ended_wall_ns[number] = time.time_ns()
                del self.alive[number]
        while self.started < self.total and self.is_due():
            one = self.stack.enter_context(target(self.started, self.life_s))
            self.alive[self.started] = one.process
            self.started += 1

    def is_due(self):
        return time.monotonic() >= self.began + self.started * self.every_s


class Sealed:
    """When the manifests of processes that have ended became sealed."""

    def __init__(self, agent):
        self.agent = agent
        self.wall_ns = {}

    def look(self, ended):
        for number, path in self.agent.manifests().items():
            if number in ended and number not in self.wall_ns:
                if '"state":"sealed"' in path.read_text():
                    self.wall_ns[number] = path.stat().st_mtime_ns

    def delays_s(self, ended):
        return [(self.wall_ns[number] - ended[number]) / 1e9 for number in self.wall_ns]


def bench_fleet_short():
    """64 processes at a time that live 20 s, at 100 ms: CPU an episode, time to sealed, memory."""
    over_time = []
    with Agent(0, 100) as agent:
        time.sleep(5)
        over_time.append((0, 0, 0, *whole(census(agent))))
        cpu = agent.cpu_ns()
        with ComeAndGo(EPISODES, SHORT_S, FLEET_S) as processes:
            sealed = Sealed(agent)
            watch(agent, processes, sealed, over_time)
            ended = processes.ended_wall_ns
        cpu_ms = [
            f"{(now - before) / NS_PER_MS / max(1, len(sealed.wall_ns)):.0f}"
            for now, before in zip(agent.cpu_ns(), cpu)
        ]
    delays = sealed.delays_s(ended)
    in_time = sum(delay <= SEALED_WITHIN_S for delay in delays)
    head = (
        "episodes", f"sealed within {SEALED_WITHIN_S} s", "agent, CPU ms an episode",
        "broker, CPU ms an episode", "from end to sealed, s",
    )  # fmt: skip
    table("fleet-short", head, [(len(ended), in_time, *cpu_ms, spread(delays) if delays else "")])
    head = ("after s", "ended", "sealed", *CENSUS)
    table("fleet-short-over-time", head, over_time)


def watch(agent, processes, sealed, over_time):
    """Until all are sealed, or are late; the last line is that of an agent with nothing to do."""
    ended = processes.ended_wall_ns
    until = processes.began + FLEET_S + SHORT_S + 2 * SEALED_WITHIN_S

    def note():
        after_s = time.monotonic() - processes.began
        over_time.append((f"{after_s:.0f}", len(ended), len(sealed.wall_ns), *whole(census(agent))))

    while len(sealed.wall_ns) < processes.total and time.monotonic() < until:
        for _ in range(20):
            processes.step()
            time.sleep(0.05)
        sealed.look(ended)
        if time.monotonic() - processes.began >= len(over_time) * FLEET_S / 10:
            note()
    time.sleep(10)
    note()
