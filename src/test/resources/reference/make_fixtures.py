"""Writes the fixtures of ../proc: one made-up proc root for each case.

    python3 make_fixtures.py ../proc

The layout of the three texts is that of Linux 6.18; the numbers are invented. The kernel writes a
command name as it is into ``stat``, newlines included, and with newline and backslash escaped into
``status``; no other byte is escaped in either (prctl(PR_SET_NAME) and a look at both files shows
it). A user's command name has at most 15 bytes; some here are longer, as a kernel thread's can be.
"""

import sys
from pathlib import Path

PID = 4242
U64_MAX = 18446744073709551615
PAGE_SIZE = 4096

# Of each text, what the rows are made of.
ORDINARY = {
    "name": b"qemu-system-x86",
    "state": b"S",
    "minflt": 120345,
    "majflt": 67,
    "utime": 8901,
    "stime": 2345,
    "threads": 5,
    "starttime": 238387,
    "vsize": 3435973836,
    "rss": 98765,
    "read_bytes": 73728000,
    "write_bytes": 1048576,
    "vol": 55501,
    "nonvol": 321,
}


def stat(case):
    head = f"{PID} (".encode() + case["name"] + b") " + case["state"]
    numbers = [
        4200, 4242, 4200, 34816, -1, 4194560,  # ppid pgrp session tty_nr tpgid flags
        case["minflt"], 7001, case["majflt"], 7002,  # minflt cminflt majflt cmajflt
        case["utime"], case["stime"], 7003, 7004,  # utime stime cutime cstime
        20, 0, case["threads"], 0, case["starttime"],  # priority nice num_threads 0 starttime
        case["vsize"], case["rss"], U64_MAX,  # vsize rss rsslim
        1, 1, 0, 0, 0, 0, 4096, 1256, 0, 0, 0, 17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    return head + b"".join(b" " + str(number).encode() for number in numbers) + b"\n"


def io(case):
    return (
        "rchar: 81234567\nwchar: 7654321\nsyscr: 4321\nsyscw: 1234\n"
        f"read_bytes: {case['read_bytes']}\nwrite_bytes: {case['write_bytes']}\n"
        "cancelled_write_bytes: 4096\n"
    ).encode()


def status(case, groups=b"1000 ", after=b""):
    name = case["name"].replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
    state = {b"S": b"S (sleeping)", b"Z": b"Z (zombie)"}[case["state"]]
    memory = b"" if state.startswith(b"Z") else (
        b"VmPeak:\t 3355444 kB\nVmSize:\t 3355443 kB\nVmHWM:\t  395060 kB\nVmRSS:\t  395060 kB\n"
        b"VmData:\t 2097152 kB\nVmSwap:\t       0 kB\n"
    )
    return (
        b"Name:\t" + name + b"\nUmask:\t0022\nState:\t" + state
        + f"\nTgid:\t{PID}\nNgid:\t0\nPid:\t{PID}\nPPid:\t4200\nTracerPid:\t0\n".encode()
        + b"Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nFDSize:\t256\n"
        + b"Groups:\t" + groups + b"\n" + memory
        + f"CoreDumping:\t0\nThreads:\t{case['threads']}\nSigQ:\t0/96364\n".encode()
        + b"SigPnd:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t0\n"
        + b"Speculation_Store_Bypass:\tvulnerable\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n"
        + b"Mems_allowed:\t00000000,00000001\nMems_allowed_list:\t0\n"
        + f"voluntary_ctxt_switches:\t{case['vol']}\n".encode()
        + f"nonvoluntary_ctxt_switches:\t{case['nonvol']}\n".encode()
        + after
    )


def texts(**changes):
    case = {**ORDINARY, **changes}
    return {"stat": stat(case), "io": io(case), "status": status(case)}


def without(files, *names):
    return {name: text for name, text in files.items() if name not in names}


def cases():
    plain = texts()
    yield "ordinary", plain

    yield "name-with-spaces-and-parentheses", texts(name=b"(a b ) ( c d) ")
    yield "name-with-newline", texts(name=b"a\nb\nS 1 2")
    yield "name-ending-in-parenthesis", texts(name=b"ends in )")
    yield "name-not-utf-8", texts(name=b"\xff\xfe\xc3(\xe2\x82)\x80")
    yield "name-like-fields", texts(name=b"x) S 1 2 3")
    yield "name-like-a-status-line", texts(name=b"x\nvoluntary_ctxt_switches:\t99")
    # Not escaped, and a line's end for Python's splitlines, but none for the kernel.
    yield "name-with-other-line-ends", texts(name=b"x\r\x0b\x0c\x1cvoluntary_ctxt_switches:\t99")
    yield "name-empty", texts(name=b"")

    yield "largest-values", texts(
        minflt=U64_MAX, majflt=U64_MAX, utime=U64_MAX, stime=U64_MAX, starttime=U64_MAX,
        vsize=U64_MAX, rss=U64_MAX // PAGE_SIZE, read_bytes=U64_MAX, write_bytes=U64_MAX,
        vol=U64_MAX, nonvol=U64_MAX,
    )
    yield "all-zero", texts(
        minflt=0, majflt=0, utime=0, stime=0, vsize=0, rss=0, read_bytes=0, write_bytes=0,
        vol=0, nonvol=0,
    )

    yield "io-missing", without(plain, "io")
    yield "status-missing", without(plain, "status")
    yield "io-and-status-missing", without(plain, "io", "status")
    yield "stat-missing", without(plain, "stat")

    yield "status-with-lines-after-the-switches", {
        **plain,
        "status": status(ORDINARY, after=b"x86_Thread_features:\t\nx86_Thread_features_locked:\t\n"),
    }
    many = b"".join(b"%d " % group for group in range(100000, 103000))
    yield "status-of-a-user-in-3000-groups", {**plain, "status": status(ORDINARY, groups=many)}

    yield "zombie", texts(state=b"Z", threads=1, vsize=0, rss=0)
    yield "zombie-leader-with-live-threads", texts(state=b"Z", threads=3, vsize=0, rss=0)

    # Here the reference and the collector differ, on purpose.
    yield "status-without-switches", {
        **plain,
        "status": plain["status"].split(b"voluntary_ctxt_switches")[0],
    }
    yield "stat-cut", {**plain, "stat": plain["stat"][:-1]}
    yield "io-cut", {**plain, "io": plain["io"].split(b"\ncancelled")[0][:-3]}
    yield "status-cut", {**plain, "status": plain["status"][:-2]}
    yield "stat-empty", {**plain, "stat": b""}
    yield "stat-number-negative", texts(minflt=-1)
    yield "stat-number-beyond-64-bits", texts(vsize=U64_MAX + 1)
    yield "rss-in-bytes-beyond-64-bits", texts(rss=U64_MAX // PAGE_SIZE + 1)
    yield "io-number-with-underscore", texts(read_bytes="73_728_000")


def main(root):
    for name, files in cases():
        folder = root / name / str(PID)
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            (folder / file).write_bytes(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
