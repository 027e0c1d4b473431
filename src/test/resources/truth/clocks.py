"""For each line of input: CLOCK_MONOTONIC and CLOCK_REALTIME, ns."""

import sys
import time

for _ in sys.stdin:
    print(time.monotonic_ns(), time.time_ns(), flush=True)
