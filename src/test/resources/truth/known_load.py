"""Does exactly what it is told, one order a line, and answers each when it is done.

Argument: a folder for its files, on the file system whose bytes are to be counted. An answer has
what getrusage(2) and the CPU clock say of this process, for what an order does not fix: how long it
computed, and how often its main thread lost the processor.
"""

import gc
import json
import mmap
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

PAGE = mmap.PAGESIZE
MIB = 1 << 20
NS_PER_MS = 1_000_000
FILE_BYTES = 32 * MIB


def burn_user(ms):
    end = time.thread_time_ns() + ms * NS_PER_MS
    while time.thread_time_ns() < end:
        sum(range(20_000))


def burn_kernel(ms):
    end = time.thread_time_ns() + ms * NS_PER_MS
    while time.thread_time_ns() < end:
        os.preadv(zero, [buffer] * 8, 0)


def write(length):
    """All of it reaches the disk."""
    for at in range(0, length, MIB):
        os.pwrite(data, buffer, at)
    os.fdatasync(data)


def write_and_cut(length):
    """None of it need reach the disk."""
    for at in range(0, length, MIB):
        os.pwrite(scrap, buffer, at)
    os.ftruncate(scrap, 0)


def write_nowhere(length):
    for _ in range(0, length, MIB):
        os.write(null, buffer)


def read(length):
    """Past the page cache."""
    for at in range(0, length, MIB):
        os.preadv(direct, [buffer], at)


def read_cached(length):
    """What was written shortly before."""
    for at in range(0, length, MIB):
        os.preadv(data, [buffer], at)


def reserve(length):
    global memory
    memory = mmap.mmap(-1, length, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)


def touch():
    for at in range(0, len(memory), PAGE):
        memory[at] = 1


def drop():
    memory.madvise(mmap.MADV_DONTNEED)


def release():
    memory.close()


def fault_major(pages):
    """Each page from the disk: nothing is cached, nothing is read ahead."""
    os.posix_fadvise(data, 0, 0, os.POSIX_FADV_DONTNEED)
    with mmap.mmap(data, pages * PAGE, mmap.MAP_SHARED, mmap.PROT_READ) as mapped:
        mapped.madvise(mmap.MADV_RANDOM)
        for at in range(0, len(mapped), PAGE):
            mapped[at]


def sleep(times):
    for _ in range(times):
        time.sleep(0.001)


def be_preempted(times):
    """Shares one processor with a process that never sleeps."""
    os.sched_setaffinity(0, {min(processors)})
    rival.send_signal(signal.SIGCONT)
    end = main_thread().ru_nivcsw + times
    while main_thread().ru_nivcsw < end:
        sum(range(2_000))
    rival.send_signal(signal.SIGSTOP)
    os.sched_setaffinity(0, processors)


def start_threads(count, ms, times):
    """Each computes, sleeps, and then waits for end_threads."""
    global threads

    def work():
        burn_user(ms)
        sleep(times)
        done.release()
        let_end.wait()

    done = threading.Semaphore(0)
    let_end.clear()
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for _ in threads:
        done.acquire()


def end_threads():
    let_end.set()
    for thread in threads:
        thread.join()


def main_thread():
    return resource.getrusage(resource.RUSAGE_THREAD)


def bytes_count():
    """Whether this file system's bytes are in /proc/PID/io at all."""
    before = open("/proc/self/io").read().split()
    write(MIB)
    read(MIB)
    after = open("/proc/self/io").read().split()
    return all(int(after[i]) >= int(before[i]) + MIB for i in (9, 11))


def answer(**more):
    whole = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "cpu_us": time.process_time_ns() // 1000,
        "cpu_user_us": round(whole.ru_utime * 1e6),
        "cpu_sys_us": round(whole.ru_stime * 1e6),
        "voluntary": main_thread().ru_nvcsw,
        "involuntary": main_thread().ru_nivcsw,
    }
    print(json.dumps(told | more), flush=True)


gc.disable()
# Few processors: the error of rss grows with those that a process runs on.
processors = set(sorted(os.sched_getaffinity(0))[:2])
os.sched_setaffinity(0, processors)
# Ends with this process, however that ends.
rival = subprocess.Popen(["sh", "-c", "while kill -0 $PPID; do :; done"])
rival.send_signal(signal.SIGSTOP)
os.sched_setaffinity(rival.pid, {min(processors)})
let_end = threading.Event()

buffer = mmap.mmap(-1, MIB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
buffer.write(bytes([7]) * MIB)
zero = os.open("/dev/zero", os.O_RDONLY)
null = os.open("/dev/null", os.O_WRONLY)
data, data_path = tempfile.mkstemp(dir=sys.argv[1])
scrap, scrap_path = tempfile.mkstemp(dir=sys.argv[1])
try:
    direct = os.open(data_path, os.O_RDONLY | os.O_DIRECT)
except OSError:
    direct = data
os.unlink(data_path)
os.unlink(scrap_path)
write(FILE_BYTES)

answer(bytes_count=int(bytes_count()))
for line in sys.stdin:
    order, *numbers = line.split()
    globals()[order](*map(int, numbers))
    answer()
rival.kill()
