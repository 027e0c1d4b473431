"""A night in short: processes and QEMUs that come and go under one agent, each looked after."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack

from fleet import CENSUS, census, whole
from fleet_programs import TAG, Agent, target
from programs import HOSTPROC, NS_PER_MS, Running
from tables import NIGHT_S, SEED, table

PROCESSES, PROCESS_LIVES_S = 64, (20, 600)
GUESTS, GUEST_LIVES_S = 4, (60, 300)
SEALED_WITHIN_S, VERIFIED_WITHIN_S = 120, 900  # of the night's end
WORKING = 8  # one process in so many works a little, the others sleep
VERIFY_AT_ONCE = 2
WARNINGS_SHOWN = 10
GONE = ("process_gone", "process_zombie")
LEVELS = ("WARN", "ERROR")


class NightAgent(Agent):
    """By two rules: QEMUs by their guest's name, the others by their command line."""

    def settings(self, priority):
        settings = super().settings(priority)
        settings["watch"].append(
            {
                "name": "guests",
                "match": {
                    "command": "qemu-system-*",
                    "arguments": f"-name guest={TAG}guest-(?<vm>[^, ]+)",
                },
                "episode": "guest-{vm}-{started}",
            }
        )
        return settings


def process(number, lives_s):
    """A process that an agent finds by its command line."""
    if number % WORKING:
        return target(number, lives_s)
    code = (
        "import time\n"
        f"until = time.monotonic() + {lives_s}\n"
        "while time.monotonic() < until: sum(range(20000)); time.sleep(0.05)"
    )
    return Running(sys.executable, "-c", code, f"{TAG}-{number}")


def guest(number, lives_s):
    """A QEMU without a disk: its firmware looks for one."""
    return Running(
        "timeout", "--foreground", lives_s, "qemu-system-x86_64",
        "-name", f"guest={TAG}guest-{number}", "-m", 32, "-display", "none", "-nodefaults",
    )  # fmt: skip


class Crowd:
    """As many as wanted are there at a time; each lives as long as chance says, and is replaced."""

    def __init__(self, name, begin, count, lives_s, chance):
        self.name, self.begin, self.count = name, begin, count
        self.lives_s, self.chance = lives_s, chance
        self.begun = 0
        self.alive = []

    def step(self, stack, is_ending):
        for process in list(self.alive):
            if process.process.poll() is not None:
                self.alive.remove(process)
        while not is_ending and len(self.alive) < self.count:
            lives_s = round(self.chance.uniform(*self.lives_s), 1)
            self.alive.append(stack.enter_context(self.begin(self.begun, lives_s)))
            self.begun += 1

    def end(self):
        for process in self.alive:
            process.process.terminate()

    def ended(self):
        return self.begun - len(self.alive)

    def names(self):
        """What the episodes' ids begin with."""
        return [f"{self.name}-{number}" for number in range(self.begun)]


class Verifier:
    """Runs `hostproc verify` for each episode that is sealed, a few at a time."""

    def __init__(self, agent):
        self.agent = agent
        self.sealed, self.asked, self.running = set(), set(), {}
        self.equal, self.problems = 0, []

    def step(self):
        for rows, process in list(self.running.items()):
            if process.poll() is not None:
                del self.running[rows]
                if process.returncode == 0:
                    self.equal += 1
                else:
                    self.problems.append(f"{rows.parent.name}: {process.stdout.read().strip()}")
        for manifest in self.agent.folder.glob("*/host_proc.episode.json"):
            rows = manifest.with_name("host_proc.jsonl")
            if rows not in self.sealed and '"state":"sealed"' in manifest.read_text():
                self.sealed.add(rows)
        for rows in sorted(self.sealed - self.asked):
            if len(self.running) == VERIFY_AT_ONCE:
                return
            self.asked.add(rows)
            self.running[rows] = self.verify(rows)

    def late(self, files):
        """Which of these were not sealed, or not verified, in time."""
        return [
            f"{rows.parent.name}: not {'verified' if rows in self.sealed else 'sealed'} in time"
            for rows in files if rows not in self.asked or rows in self.running
        ]  # fmt: skip

    def verify(self, rows):
        command = (
            HOSTPROC, "verify", "--bootstrap-servers", self.agent.broker.address,
            "--episode", rows.parent.name, rows,
        )  # fmt: skip
        return subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip


def miscounted(rows):
    """Why an episode's ticks are not all counted, each once; None if they are.

    Ticks are due at the origin plus whole intervals. The first was at the origin; the last was not
    before that of the last row, and not after the end. The one that found no process is not counted.
    """
    episode = rows.parent.name
    manifest = json.loads(rows.with_name("host_proc.episode.json").read_text())
    counted = manifest["rows"] + sum(
        manifest[f"ticks_{kind}"] for kind in ("missed", "malformed", "unwritten")
    )
    with open(rows) as lines:
        times = [json.loads(line)["t_mono_ns"] for line in lines]
    if len(times) != manifest["rows"]:
        return f"{episode}: {len(times)} rows in the file, {manifest['rows']} in the manifest"
    if not times or len(manifest["runs"]) != 1:
        return f"{episode}: {len(times)} rows, {len(manifest['runs'])} runs"
    interval_ns = manifest["interval_ms"] * NS_PER_MS
    least = times[-1] // interval_ns + 1
    lived_ns = manifest["ended_wall_ns"] - manifest["started_wall_ns"]
    most = max(least, lived_ns // interval_ns + (manifest["end_reason"] not in GONE))
    if not least <= counted <= most:
        return f"{episode}: {counted} ticks counted, {least} to {most} were due"
    return None


def unlike(names, files):
    """Which processes have no episode, or several."""
    found = Counter(rows.parent.name.rpartition("-")[0] for rows in files)
    return [f"{name}: {found[name]} episodes" for name in names if found[name] != 1]


def bench_fleet_night():
    """64 processes and 4 QEMUs at a time that come and go: is each recorded, and equal?"""
    chance = random.Random(SEED)
    crowds = [
        Crowd("bench", process, PROCESSES, PROCESS_LIVES_S, chance),
        Crowd("guest", guest, GUESTS, GUEST_LIVES_S, chance),
    ]
    over_time = []
    with NightAgent(0, 100) as agent, ExitStack() as stack:
        verifier = Verifier(agent)
        pass_night(agent, crowds, verifier, stack, over_time)
        files = agent.files()
        head = ("after s", "begun", "ended", "episodes", "sealed", "equal", *CENSUS)
        table("fleet-night-over-time", head, over_time, f"Seed {SEED}.")
    names = [name for crowd in crowds for name in crowd.names()]
    sums = [problem for rows in files if (problem := miscounted(rows))]
    log = agent.log.read_text().splitlines()
    warnings, errors = ([line for line in log if f" {level} " in line] for level in LEVELS)
    head = (
        "processes", "episodes", "sealed", "verify: equal", "tick sums right", "lines of log",
        "warnings", "errors",
    )  # fmt: skip
    figures = (
        len(names), len(files), len(verifier.sealed), verifier.equal, len(files) - len(sums),
        len(log), len(warnings), len(errors),
    )  # fmt: skip
    table("fleet-night", head, [figures], "\n".join(["Warnings:", *warnings[:WARNINGS_SHOWN]]))
    problems = unlike(names, files) + verifier.late(files) + verifier.problems + sums + errors
    if problems:
        sys.exit("\n".join(problems))


def pass_night(agent, crowds, verifier, stack, over_time):
    """Until all have ended, are sealed and are verified, or are late."""
    began = time.monotonic()

    def passed():
        return time.monotonic() - began

    def is_over():
        """With all done, or something late."""
        late_s = passed() - NIGHT_S
        begun = sum(crowd.begun for crowd in crowds)
        if late_s >= SEALED_WITHIN_S and len(verifier.sealed) < begun:
            return True
        verified = verifier.equal + len(verifier.problems)
        return late_s >= VERIFIED_WITHIN_S or late_s >= 0 and verified >= begun

    is_ended = False
    while not is_over():
        is_ending = passed() >= NIGHT_S
        if is_ending and not is_ended:
            for crowd in crowds:
                crowd.end()
            is_ended = True
        for crowd in crowds:
            crowd.step(stack, is_ending)
        verifier.step()
        if passed() >= len(over_time) * NIGHT_S / 15:
            begun, ended = (
                sum(counts) for counts in zip(*((crowd.begun, crowd.ended()) for crowd in crowds))
            )
            found = (begun, ended, len(agent.files()), len(verifier.sealed), verifier.equal)
            figures = (*found, *whole(census(agent)))
            over_time.append((f"{passed():.0f}", *figures))
        time.sleep(0.2)
