/* What the floors have in common: how a row is read and written, and how they sleep. */
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

/* A process's three files, open, and the file of its rows. */
struct target {
  int in[3];
  int out;
};

static int64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * (int64_t)SECOND_NS + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_of(const char *pid, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
  int fd = open(path, O_RDONLY);
  if (fd < 0) fail(path);
  return fd;
}

static struct target open_target(const char *pid, const char *rows) {
  const int out = open(rows, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (out < 0) fail(rows);
  return (struct target){{open_of(pid, "stat"), open_of(pid, "io"), open_of(pid, "status")}, out};
}

static void sleep_until(int64_t at) {
  const struct timespec deadline = {at / SECOND_NS, at % SECOND_NS};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR) {
  }
}

/* One row; its time, which is counted from the origin and taken when the three files are read. */
static int64_t sample(const struct target *target, int64_t origin) {
  static char text[8192], line[LINE + 1];
  for (int i = 0; i < 3; i++) {
    if (pread(target->in[i], text, sizeof text, 0) < 0) fail("pread");
  }
  const int64_t time = now(CLOCK_MONOTONIC) - origin;
  const int begun = snprintf(line, sizeof line, "{\"t_mono_ns\": %lld, ", (long long)time);
  memset(line + begun, 'x', LINE - begun - 1);
  line[LINE - 1] = '\n';
  if (write(target->out, line, LINE) != LINE) fail("write");
  return time;
}
