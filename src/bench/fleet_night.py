"""A night in short: processes and QEMUs that come and go under one agent, and what became of each."""

import json
import random
import subprocess
import sys
import time
from contextlib import ExitStack

from fleet import CENSUS, census, whole
from fleet_programs import TAG, Agent, target
from programs import HOSTPROC, NS_PER_MS, Running
from tables import NIGHT_S, SEED, table

PROCESSES, PROCESS_LIVES_S = 64, (20, 600)
GUESTS, GUEST_LIVES_S = 4, (60, 300)
SETTLED_WITHIN_S = 120
VERIFY_AT_ONCE = 2
WARNINGS_SHOWN = 10
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


def guest(number, lives_s):
    """A QEMU without a disk: its firmware looks for one."""
    return Running(
        "timeout", "--foreground", lives_s, "qemu-system-x86_64", "-name", f"guest={TAG}guest-{number}",
        "-m", 32, "-display", "none", "-nodefaults",
    )  # fmt: skip


class Crowd:
    """As many as wanted are there at a time; each lives as long as chance says, and is replaced."""

    def __init__(self, begin, count, lives_s, chance):
        self.begin, self.count, self.lives_s, self.chance = begin, count, lives_s, chance
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


class Verifier:
    """Runs `hostproc verify` for each episode that is sealed, a few at a time."""

    def __init__(self, agent):
        self.agent = agent
        self.asked, self.running = set(), {}
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
            if len(self.running) == VERIFY_AT_ONCE:
                return
            if rows not in self.asked and '"state":"sealed"' in manifest.read_text():
                self.asked.add(rows)
                self.running[rows] = self.verify(rows)

    def verify(self, rows):
        command = (
            HOSTPROC, "verify", "--bootstrap-servers", self.agent.broker.address,
            "--episode", rows.parent.name, rows,
        )  # fmt: skip
        return subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip


def miscounted(rows, interval_ms):
    """Why the sum of an episode's ticks is not what its rows' times say; None if it is.

    A last tick may be without a row: its process was just ending.
    """
    manifest = json.loads(rows.with_name("host_proc.episode.json").read_text())
    counted = manifest["rows"] + sum(
        manifest[f"ticks_{kind}"] for kind in ("missed", "malformed", "unwritten")
    )
    with open(rows) as lines:
        times = [json.loads(line)["t_mono_ns"] for line in lines]
    if len(times) != manifest["rows"]:
        return f"{len(times)} rows in the file, {manifest['rows']} in the manifest"
    interval_ns = interval_ms * NS_PER_MS
    earliest = min((each - times[0] + interval_ns / 2) % interval_ns for each in times)
    grid = times[0] + earliest - interval_ns / 2
    due = int((times[-1] - grid) // interval_ns) - int((times[0] - grid) // interval_ns) + 1
    if not due <= counted <= due + 1:
        return f"{counted} ticks counted, {due} by the times of its rows"
    return None


def bench_fleet_night():
    """64 processes and 4 QEMUs at a time that come and go: is each recorded, and equal?"""
    chance = random.Random(SEED)
    crowds = [
        Crowd(target, PROCESSES, PROCESS_LIVES_S, chance),
        Crowd(guest, GUESTS, GUEST_LIVES_S, chance),
    ]
    over_time = []
    with NightAgent(0, 100) as agent, ExitStack() as stack:
        verifier = Verifier(agent)
        pass_night(agent, crowds, verifier, stack, over_time)
        files = agent.files()
        sums = [problem for rows in files if (problem := miscounted(rows, agent.interval_ms))]
        head = ("after s", "begun", "episodes", "equal", *CENSUS)
        table("fleet-night-over-time", head, over_time, f"Seed {SEED}.")
    begun = sum(crowd.begun for crowd in crowds)
    log = agent.log.read_text().splitlines()
    warnings, errors = ([line for line in log if f" {level} " in line] for level in LEVELS)
    head = (
        "processes", "episodes", "verify: equal", "tick sums right", "lines of log", "warnings",
        "errors",
    )  # fmt: skip
    right = len(files) - len(sums)
    figures = (begun, len(files), verifier.equal, right, len(log), len(warnings), len(errors))
    table("fleet-night", head, [figures], "\n".join(warnings[:WARNINGS_SHOWN]))
    problems = verifier.problems + sums + errors
    if problems or not begun == len(files) == verifier.equal:
        sys.exit("\n".join(problems) or "not every process has an episode that is equal")


def pass_night(agent, crowds, verifier, stack, over_time):
    """Until all have ended and are verified, or are late."""
    began = time.monotonic()

    def passed():
        return time.monotonic() - began

    def is_all_done():
        return (
            not any(crowd.alive for crowd in crowds)
            and verifier.equal + len(verifier.problems) >= sum(crowd.begun for crowd in crowds)
        )

    is_ended = False
    while passed() < NIGHT_S or not is_all_done() and passed() < NIGHT_S + SETTLED_WITHIN_S:
        is_ending = passed() >= NIGHT_S
        if is_ending and not is_ended:
            for crowd in crowds:
                crowd.end()
            is_ended = True
        for crowd in crowds:
            crowd.step(stack, is_ending)
        verifier.step()
        if passed() >= len(over_time) * NIGHT_S / 15:
            begun = sum(crowd.begun for crowd in crowds)
            figures = (begun, len(agent.files()), verifier.equal, *whole(census(agent)))
            over_time.append((f"{passed():.0f}", *figures))
        time.sleep(0.2)
