"""What the Python sampler does for a row, as a baseline: opens and parses three files, makes a dict,
appends a JSON line.

    sampler.py PID FILE INTERVAL_US TICKS

An interval of 0 is back to back. Prints: rows, CPU ns, ns gone by, ticks missed."""

import json
import os
import sys
import threading
import time

PAGE_BYTES = os.sysconf("SC_PAGESIZE")


def text(pid, name):
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read().decode("ascii", errors="replace")


def keyed(lines):
    pairs = (line.partition(":") for line in lines.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def switches(lines):
    found = {}
    for line in lines.splitlines():
        if line.startswith(("voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:")):
            key, _, value = line.partition(":")
            found[key] = int(value)
    return found


def row(pid, origin_ns):
    stat = text(pid, "stat")
    fields = stat[stat.rindex(")") + 2 :].split()
    io = keyed(text(pid, "io"))
    status = switches(text(pid, "status"))
    return {
        "t_mono_ns": time.monotonic_ns() - origin_ns,
        "t_wall_ns": time.time_ns(),
        "source": "host_proc",
        "available_in_deployment": False,
        "cpu_user_jiffies": int(fields[11]),
        "cpu_sys_jiffies": int(fields[12]),
        "rss_bytes": int(fields[21]) * PAGE_BYTES,
        "vsize_bytes": int(fields[20]),
        "io_read_bytes": int(io["read_bytes"]),
        "io_write_bytes": int(io["write_bytes"]),
        "voluntary_ctxsw": status["voluntary_ctxt_switches"],
        "involuntary_ctxsw": status["nonvoluntary_ctxt_switches"],
        "minor_faults": int(fields[7]),
        "major_faults": int(fields[9]),
    }


def main(pid, path, interval_us, ticks):
    interval_ns = interval_us * 1000
    stop = threading.Event()
    with open(path, "a", buffering=1) as file:
        origin_ns = time.monotonic_ns()
        cpu_ns = time.process_time_ns()
        rows = missed = 0
        next_ns = origin_ns
        for _ in range(ticks):
            file.write(json.dumps(row(pid, origin_ns)) + "\n")
            rows += 1
            next_ns += interval_ns
            sleep_ns = next_ns - time.monotonic_ns()
            if interval_ns == 0:
                continue
            if sleep_ns > 0:
                stop.wait(sleep_ns / 1e9)
            else:
                missed += 1
                next_ns = time.monotonic_ns()
        print(rows, time.process_time_ns() - cpu_ns, time.monotonic_ns() - origin_ns, missed)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
