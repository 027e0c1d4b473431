/* The least that a row can cost: three files kept open, one pread each, one write a row, a clock that
 * sleeps until absolute deadlines. No parsing; the line has a real row's length, and its time.
 *
 *   floor PID FILE INTERVAL_US TICKS
 *
 * An interval of 0 is back to back. Prints: rows, CPU ns of this thread, ns gone by, ticks missed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 420, SECOND_NS = 1000000000 };

static int64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * (int64_t)SECOND_NS + t.tv_nsec;
}

static int open_of(const char *pid, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
  int fd = open(path, O_RDONLY);
  if (fd < 0) {
    perror(path);
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "floor PID FILE INTERVAL_US TICKS\n");
    return 2;
  }
  const int64_t interval_ns = atoll(argv[3]) * 1000, ticks = atoll(argv[4]);
  const int in[] = {open_of(argv[1], "stat"), open_of(argv[1], "io"), open_of(argv[1], "status")};
  const int out = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (out < 0) {
    perror(argv[2]);
    return 1;
  }
  static char text[8192], line[LINE + 1];
  prctl(PR_SET_TIMERSLACK, 1);
  const int64_t origin = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID);
  int64_t rows = 0, missed = 0;
  for (int64_t tick = 0; tick < ticks;) {
    if (interval_ns > 0) {
      const int64_t at = origin + tick * interval_ns;
      const struct timespec deadline = {at / SECOND_NS, at % SECOND_NS};
      while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR) {
      }
    }
    for (int i = 0; i < 3; i++) {
      if (pread(in[i], text, sizeof text, 0) < 0) {
        perror("pread");
        return 1;
      }
    }
    const int begun = snprintf(line, sizeof line, "{\"t_mono_ns\": %lld, ",
                               (long long)(now(CLOCK_MONOTONIC) - origin));
    memset(line + begun, 'x', LINE - begun - 1);
    line[LINE - 1] = '\n';
    if (write(out, line, LINE) != LINE) {
      perror(argv[2]);
      return 1;
    }
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
