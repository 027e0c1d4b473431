/* The least that a row can cost: three files kept open, one pread each, one write a row, a clock that
 * sleeps until absolute deadlines. No parsing; the line has a real row's length, and its time.
 *
 *   floor PID FILE INTERVAL_US TICKS
 *
 * An interval of 0 is back to back. Prints: rows, CPU ns of this thread, ns gone by, ticks missed. */
#include "floor.h"

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "floor PID FILE INTERVAL_US TICKS\n");
    return 2;
  }
  const int64_t interval_ns = atoll(argv[3]) * 1000, ticks = atoll(argv[4]);
  const struct target target = open_target(argv[1], argv[2]);
  prctl(PR_SET_TIMERSLACK, 1);
  const int64_t origin = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID);
  int64_t rows = 0, missed = 0;
  for (int64_t tick = 0; tick < ticks;) {
    if (interval_ns > 0) sleep_until(origin + tick * interval_ns);
    sample(&target, origin);
    rows++;
    int64_t next = tick + 1;
    if (interval_ns > 0) {
      const int64_t passed = (now(CLOCK_MONOTONIC) - origin) / interval_ns + 1;
      next = passed > next ? passed : next;
      missed += (next < ticks ? next : ticks) - tick - 1;
    }
    tick = next;
  }
  printf("%lld %lld %lld %lld\n", (long long)rows,
         (long long)(now(CLOCK_THREAD_CPUTIME_ID) - cpu),
         (long long)(now(CLOCK_MONOTONIC) - origin), (long long)missed);
  return 0;
}
