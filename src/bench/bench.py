#!/usr/bin/env python3
"""Figures of hostproc beside baselines of the same run; docs/performance.md says what they mean.

    mvn -q -DskipTests package && src/bench/bench.py NAME...

Prints tables, and writes each to target/bench/NAME.md. Needs gcc; `ship` needs Maven as well. The
variables BENCH_ROUNDS, BENCH_WARM_UP_S, BENCH_MEMORY_S and BENCH_FLEET_S change how often and how
long; BENCH_AWAKE=yes keeps the processors from halting meanwhile, by a process each of the lowest
priority. BENCH_AGENT is the command of the agent, without `--config`; fleet.py has its benchmarks.
Ctrl-C ends whatever was started.
"""

import hashlib
import os
import re
import sys
import time
from contextlib import ExitStack

import fleet
import fleet_night
import programs
import tables
from programs import BENCH, FLEET_FLOOR, FLOOR, HOSTPROC, JAVA, ROOT, WORK
from programs import Broker, Collector, Lateness, Running, Window
from tables import MEMORY_S, ROUNDS, WARM_UP_S
from tables import medians, ratio, spread, table

AWAKE = os.environ.get("BENCH_AWAKE") == "yes"


def bench_row():
    """CPU a row, back to back, warm, of the sampling thread alone; by threads of the target."""
    ticks = 100_000
    lines = []
    for threads in (1, 16, 256):
        costs = {"C floor": [], "hostproc": [], "Python": []}
        with programs.target(threads) as process:
            time.sleep(1)
            for _ in range(ROUNDS):
                costs["C floor"].append(programs.floor(process.pid, 0, ticks))
                costs["hostproc"].append(programs.back_to_back(process.pid, ticks))
                costs["Python"].append(programs.python(process.pid, 0, ticks // 4))
        least = [each.cpu_us for each in costs["C floor"]]
        for name, each in costs.items():
            cpu = [one.cpu_us for one in each]
            allocated = {one.allocated_bytes for one in each} - {None}
            lines.append(
                (threads, name, spread(cpu), ratio(cpu, least), max(allocated, default=""))
            )
    head = ("threads", "", "CPU µs a row", "× floor", f"bytes allocated by {ticks} rows")
    table("row", head, lines, medians())


def bench_cadence():
    """CPU a row at a cadence: sampling thread, and whole process with shipping."""
    lines = []
    for interval_ms, seconds in ((1, 10), (10, 10), (100, 20)):
        ticks = seconds * 1000 // interval_ms
        us = {"floor": [], "thread": [], "whole": [], "python": [], "broker": []}
        with ExitStack() as stack:
            process, broker = stack.enter_context(programs.target()), stack.enter_context(Broker())
            collector = stack.enter_context(Collector(broker, process.pid, interval_ms))
            time.sleep(WARM_UP_S)
            for _ in range(ROUNDS):
                with collector.stopped():
                    us["floor"].append(
                        programs.floor(process.pid, interval_ms * 1000, ticks).cpu_us
                    )
                    us["python"].append(
                        programs.python(process.pid, interval_ms * 1000, ticks).cpu_us
                    )
                time.sleep(3)
                window = Window(collector, broker)
                time.sleep(seconds)
                window.end()
                us["thread"].append(window.thread_us)
                us["whole"].append(window.whole_us)
                us["broker"].append(window.broker_us)
        lines.append(
            (
                f"{interval_ms} ms",
                spread(us["floor"]),
                spread(us["thread"]),
                ratio(us["thread"], us["floor"]),
                spread(us["python"]),
                spread(us["whole"]),
                ratio(us["whole"], us["python"]),
                spread(us["broker"]),
            )
        )
    head = (
        "interval", "C floor", "sampling thread", "× floor", "Python", "whole process", "× Python",
        "broker",
    )  # fmt: skip
    table("cadence", head, lines, medians())


def bench_lateness():
    """Lateness and missed ticks of a minute at 1 ms, shipping; alone, and beside a busy process."""
    lines = []
    seconds = 60
    for beside in ("", "a busy process"):
        late = {"C floor": [], "hostproc": []}
        with ExitStack() as stack:
            process, broker = stack.enter_context(programs.target()), stack.enter_context(Broker())
            if beside:
                stack.enter_context(programs.burner())
            collector = stack.enter_context(Collector(broker, process.pid, 1))
            time.sleep(WARM_UP_S)
            for _ in range(ROUNDS):
                with collector.stopped():
                    programs.floor(process.pid, 1000, seconds * 1000)
                    late["C floor"].append(Lateness(WORK / "floor.jsonl", 1))
                time.sleep(3)
                rows = collector.rows()
                time.sleep(seconds)
                late["hostproc"].append(Lateness(collector.path, 1, rows))
        for name, each in late.items():
            line = [beside or "nothing", name]
            for figure in ("p50_us", "p99_us", "p999_us"):
                us = [getattr(one, figure) for one in each]
                least = [getattr(one, figure) for one in late["C floor"]]
                line += [spread(us), ratio(us, least)]
            lines.append(line + [spread([one.missed for one in each])])
    head = (
        "beside", "", "p50 µs", "× floor", "p99 µs", "× floor", "p99.9 µs", "× floor",
        "ticks missed of 60,000",
    )  # fmt: skip
    table("lateness", head, lines, medians())


def bench_latency():
    """From a row's own time to a read_committed consumer, and what that costs, by linger."""
    lines = []
    main = "cis490.hostproc.bench.Latency"
    with programs.target() as process, Broker() as broker:
        for linger_ms in (1, 10, 50, 100, 200, 500, 1000, 2000, 5000):
            option = ("--linger-ms", linger_ms)
            with Collector(broker, process.pid, 10, *option) as collector:
                time.sleep(WARM_UP_S)
                topic = f"oracle.host-proc.{collector.episode}"
                window = Window(collector, broker)
                _, p50, p99 = programs.run(*JAVA, main, broker.address, topic, 30).split()
                window.end()
            costs = [f"{us:.0f}" for us in (window.whole_us, window.broker_us)]
            lines.append((linger_ms, f"{float(p50):.0f}", f"{float(p99):.0f}", *costs))
    head = (
        "linger ms", "p50 ms", "p99 ms", "whole process, CPU µs a row", "broker, CPU µs a row",
    )  # fmt: skip
    table("latency", head, lines, "One round.")


def bench_compression():
    """What compression costs and saves."""
    lines = []
    with programs.target() as process, Broker() as broker:
        for kind in ("none", "lz4", "snappy", "zstd", "gzip"):
            config = WORK / "client.properties"
            config.write_text(f"compression.type={kind}\n")
            line = [kind]
            for interval_ms in (1, 10):
                option = ("--kafka-config", config)
                with Collector(broker, process.pid, interval_ms, *option) as collector:
                    time.sleep(WARM_UP_S)
                    window = Window(collector, broker)
                    time.sleep(20)
                    window.end()
                    time.sleep(6)
                    bytes_a_row = programs.compressed_bytes(broker, collector) / collector.rows()
                line += [f"{window.whole_us:.0f}", f"{bytes_a_row:.0f}"]
            lines.append(line)
    head = (
        "", "1 ms: CPU µs a row", "bytes a row in the topic", "10 ms: CPU µs a row",
        "bytes a row in the topic",
    )  # fmt: skip
    table("compression", head, lines, "One round.")


def producer_performance():
    """The class path of Kafka's own benchmark."""
    folder = WORK / "kafka-tools"
    pom = ROOT / "src" / "main" / "docker" / "kafka" / "pom.xml"
    version = re.search("<kafka.version>(.*)<", (ROOT / "pom.xml").read_text())[1]
    programs.run(
        "mvn", "-B", "-q", "-f", pom, f"-Dkafka.version={version}", "dependency:copy-dependencies",
        f"-DoutputDirectory={folder}",
    )  # fmt: skip
    return f"{folder}/*"


HEADERS = (
    "sourcehost_procavailable_in_deploymentfalseschemaurn:cis490:hostproc:host_proc.row:1"
)


def shipped_rate(report):
    """Rows a second from the first row to the last commit, as ship itself tells."""
    rows, seconds = re.search(r"([\d,]+) shipped in ([\d.]+) s", report).groups()
    return int(rows.replace(",", "")) / float(seconds)


def bench_ship():
    """A million rows through ship, beside Kafka's own producer benchmark on the same broker."""
    count = 1_000_000
    class_path = producer_performance()
    rows = programs.rows_file("million")
    with programs.target() as process:
        programs.back_to_back(process.pid, count // 2)  # as many again to warm up
    (WORK / "rows.jsonl").rename(rows)
    # A record of ours as text: the row, then the headers, of which the hash does not compress.
    payload = WORK / "payload.txt"
    with open(rows) as lines, open(payload, "w") as out:
        for number, line in zip(range(20_000), lines):
            chain = hashlib.sha256(line.encode()).hexdigest()
            out.write(f"{line.rstrip()}{HEADERS}seq{number}end{number * 400}chain{chain}\n")
    rates = {"producer-perf-test": [], "ship": [], "ship, from exec to exit": []}
    with Broker() as broker:
        for _ in range(ROUNDS):
            topic = f"perf-{time.time_ns()}"
            tool = ("java", "-Xmx512m", "-cp", class_path)
            programs.run(
                *tool, "org.apache.kafka.tools.TopicCommand", "--create", "--topic", topic,
                "--partitions", 1, "--bootstrap-server", broker.address,
            )  # fmt: skip
            printed = programs.run(
                *tool, "org.apache.kafka.tools.ProducerPerformance",
                "--topic", topic, "--num-records", count, "--throughput", -1,
                "--payload-file", payload, "--transactional-id", topic,
                "--transaction-duration-ms", 200, "--producer-props",
                f"bootstrap.servers={broker.address}", "acks=all", "compression.type=lz4",
                "batch.size=131072", "buffer.memory=8388608", "linger.ms=5000",
                "max.in.flight.requests.per.connection=1",
            )  # fmt: skip
            last = [line for line in printed.splitlines() if "records/sec" in line][-1]
            rates["producer-perf-test"].append(float(last.split(", ")[1].split()[0]))
            episode = f"bench-{time.time_ns()}"
            rows.with_name("million.episode.json").unlink(missing_ok=True)  # of the last round
            began = time.perf_counter()
            command = [HOSTPROC, "ship", "--episode", episode, rows]
            with Running(
                *command, "--bootstrap-servers", broker.address, log=WORK / "ship.log"
            ) as ship:
                ship.process.wait()
            if ship.process.returncode != 0:
                sys.exit((WORK / "ship.log").read_text())
            rates["ship, from exec to exit"].append(
                count / (time.perf_counter() - began)
            )
            rates["ship"].append(shipped_rate((WORK / "ship.log").read_text()))
    least = rates["producer-perf-test"]
    lines = [(name, spread(each), ratio(each, least)) for name, each in rates.items()]
    table("ship", ("", "rows/s", "× producer-perf-test"), lines, medians())


def bench_memory():
    """Resident memory at 10 ms with shipping."""
    lines = []
    with programs.target() as process, Broker() as broker:
        with Collector(broker, process.pid, 10) as collector:
            began = time.monotonic()
            for minute in (0.5, 1, 2, 5, 10, 15, 20, 25, 30):
                if minute * 60 > MEMORY_S:
                    break
                time.sleep(max(0, began + minute * 60 - time.monotonic()))
                lines.append((minute, f"{collector.resident_kib() / 1024:.1f}"))
    table("memory", ("after min", "resident MiB"), lines)


def bench_scale():
    """Many collectors on one host, each with its own target, 100 ms, one broker."""
    lines = []
    seconds = 40
    for count in (1, 8, 64):
        with ExitStack() as stack:
            broker = stack.enter_context(Broker())
            collectors = []
            for number in range(count):
                process = stack.enter_context(programs.target())
                collectors.append(
                    stack.enter_context(
                        Collector(broker, process.pid, 100, name=f"many-{number}")
                    )
                )
            time.sleep(WARM_UP_S)
            windows = [Window(collector, broker) for collector in collectors]
            time.sleep(seconds)
            for window in windows:
                window.end()
            resident = [collector.resident_kib() / 1024 for collector in collectors]
        missed = sum(Lateness(c.path, 100, WARM_UP_S * 10).missed for c in collectors)
        rows = sum(c.rows() for c in collectors)
        lines.append(
            (
                count,
                spread([window.whole_us for window in windows]),
                f"{windows[0].broker_us / count:.0f}",
                spread(resident),
                f"{missed} of {rows}",
            )
        )
    head = (
        "collectors", "each, CPU µs a row", "broker, CPU µs a row", "each, resident MiB",
        "ticks missed",
    )  # fmt: skip
    table("scale", head, lines, "One round; the spread is that of the collectors.")


def first_row_ms(*command):
    path = programs.rows_file("first")
    began = time.perf_counter()
    with Running(*command, path, log=WORK / "start.log") as process:
        while not path.exists() or path.stat().st_size == 0:
            if process.process.poll() is not None:
                sys.exit((WORK / "start.log").read_text())
            time.sleep(0.0003)
        return (time.perf_counter() - began) * 1000


def bench_start():
    """From exec to the first row in the file."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import sampler;"
        "sampler.main(int(sys.argv[2]), sys.argv[3], 10000, 10000)"
    )
    ms = {"Python": [], "hostproc": [], "java -jar hostproc.jar": []}
    ways = {"hostproc": [HOSTPROC], "java -jar hostproc.jar": ["java", "-jar", f"{HOSTPROC}.jar"]}
    with programs.target() as process, Broker() as broker:
        for _ in range(4 * ROUNDS):
            ms["Python"].append(first_row_ms(sys.executable, "-c", code, BENCH, process.pid))
            for name, way in ways.items():
                episode = f"bench-start-{time.time_ns()}"
                ms[name].append(
                    first_row_ms(
                        *way, "collect", "--bootstrap-servers", broker.address, "--interval-ms", 10,
                        "--episode", episode, "--pid", process.pid, "--output",
                    )  # fmt: skip
                )
    lines = [(name, spread(each), ratio(each, ms["Python"])) for name, each in ms.items()]
    table("start", ("", "ms", "× Python"), lines, medians(4 * ROUNDS))


BENCHES = {
    key[6:].replace("_", "-"): value
    for key, value in {**globals(), **vars(fleet), **vars(fleet_night)}.items()
    if key.startswith("bench_")
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or not set(sys.argv[1:]) <= set(BENCHES):
        names = "".join(f"\n  {name:12} {run.__doc__}" for name, run in BENCHES.items())
        sys.exit(f"{sys.argv[0]} NAME..., of:{names}")
    programs.end_in_order()
    programs.open_many_files()
    WORK.mkdir(parents=True, exist_ok=True)
    for floor in (FLOOR, FLEET_FLOOR):
        programs.run("gcc", "-O2", "-o", floor, BENCH / f"{floor.name}.c")
    with ExitStack() as stack:
        for _ in range(os.cpu_count() if AWAKE else 0):
            stack.enter_context(programs.burner("chrt", "--idle", 0))
        for name in sys.argv[1:]:
            tables.begin()
            BENCHES[name]()
