/* The least that the rows of many processes can cost: what floor.c does, for all of them on one thread,
 * the earliest deadline first. Their grids are spread over the interval.
 *
 *   fleet_floor INTERVAL_US TICKS normal|high|realtime FOLDER PID...
 *
 * The rows of the Nth process are in FOLDER/N.jsonl, from 0, their times counted from that grid's origin.
 * high is nice -19, realtime is SCHED_FIFO. Prints what a row has cost, and what was late. */
#include "floor.h"

#include <sched.h>
#include <sys/resource.h>

enum { NICE_HIGH = -19 };

/* A process, and when it is due: at its origin, then at each interval, until its end. */
struct episode {
  struct target target;
  int64_t origin, due, end;
};

static void set_priority(const char *priority) {
  const struct sched_param first = {1};
  if (strcmp(priority, "high") == 0) {
    if (setpriority(PRIO_PROCESS, 0, NICE_HIGH) < 0) fail("nice");
  } else if (strcmp(priority, "realtime") == 0) {
    if (sched_setscheduler(0, SCHED_FIFO, &first) < 0) fail("SCHED_FIFO");
  } else if (strcmp(priority, "normal") != 0) {
    fprintf(stderr, "fleet_floor: %s is not normal, high or realtime\n", priority);
    exit(2);
  }
}

/* The first of a heap has a later deadline now: restores the order. */
static void sift(struct episode **heap, int count) {
  struct episode *const moved = heap[0];
  int at = 0;
  for (int child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && heap[child + 1]->due < heap[child]->due) child++;
    if (moved->due <= heap[child]->due) break;
    heap[at] = heap[child];
  }
  heap[at] = moved;
}

int main(int argc, char **argv) {
  const int count = argc - 5;
  const int64_t interval_ns = count > 0 ? atoll(argv[1]) * 1000 : 0;
  if (interval_ns <= 0) {
    fprintf(stderr, "fleet_floor INTERVAL_US TICKS normal|high|realtime FOLDER PID...\n");
    return 2;
  }
  struct episode episodes[count], *heap[count];
  for (int i = 0; i < count; i++) {
    char rows[4096];
    snprintf(rows, sizeof rows, "%s/%d.jsonl", argv[4], i);
    episodes[i].target = open_target(argv[5 + i], rows);
  }
  set_priority(argv[3]);
  prctl(PR_SET_TIMERSLACK, 1);
  const int64_t began = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < count; i++) {
    struct episode *const one = heap[i] = &episodes[i];
    one->due = one->origin = began + i * interval_ns / count;
    one->end = one->origin + atoll(argv[2]) * interval_ns;
  }
  int64_t rows = 0, missed = 0, latest = 0, passed = began;
  for (int left = count; left > 0;) {
    struct episode *const one = heap[0];
    if (one->due >= one->end) {
      heap[0] = heap[--left];
      sift(heap, left);
      continue;
    }
    if (one->due > passed) sleep_until(one->due);
    const int64_t late = sample(&one->target, one->origin) + one->origin - one->due;
    rows++;
    latest = late > latest ? late : latest;
    passed = now(CLOCK_MONOTONIC);
    const int64_t next = one->due + ((passed - one->due) / interval_ns + 1) * interval_ns;
    missed += ((next < one->end ? next : one->end) - one->due) / interval_ns - 1;
    one->due = next;
    sift(heap, left);
  }
  printf("%lld rows, %.1f us of CPU each, %lld ticks missed, at most %.1f us late\n",
         (long long)rows, rows > 0 ? (now(CLOCK_THREAD_CPUTIME_ID) - cpu) / 1e3 / rows : 0,
         (long long)missed, latest / 1e3);
  return 0;
}
