package cis490.hostproc.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real QEMU under load, seen by us, by pidstat and by a shell. */
@Tag("long")
@Timeout(120)
class SecondOpinionIT {

  private static final int SECONDS = 20;

  /** pidstat takes the time from /proc/uptime, at both ends. */
  private static final double UPTIME_S = 0.02;

  /** Not /tmp, which may be memory. */
  private static final Path DISK = Path.of("target");

  /** What a field is called by pidstat, and how much of ours one of its is. */
  private record Column(Field field, String name, double unit) {}

  @Test
  void rowsAgreeWithPidstatAndWithAShell(@TempDir Path folder) throws Exception {
    Tool.require("qemu-system-x86_64", "--version");
    Tool.require("pidstat", "-V");
    Tool.require("getconf", "PAGESIZE");
    Units units = Units.ofThisKernel();
    Path disk = Files.createTempDirectory(DISK, "busy-guest-");
    try (BusyGuest guest = new BusyGuest(disk);
        Sampling sampling = Sampling.of(guest.pid(), folder)) {
      Wait.until(
          "the guest is at work",
          Duration.ofSeconds(60),
          () -> sampling.rowBefore().get(Field.IO_WRITE_BYTES) > 0);

      List<String> problems = new ArrayList<>(shell(guest, sampling, units));
      Sample first = sampling.rowBefore();
      Pidstat pidstat = Pidstat.of(guest.pid(), SECONDS);
      Sample last = sampling.rowAfter();
      problems.addAll(shell(guest, sampling, units));
      List<Sample> rows = sampling.end();

      List<Sample> window = rows.subList(rows.indexOf(first), rows.indexOf(last) + 1);
      problems.addAll(totals(window, pidstat, units));
      problems.addAll(sizes(window, pidstat));
      assertEquals(List.of(), problems);
    } finally {
      Files.delete(disk.resolve("disk"));
      Files.delete(disk);
    }
  }

  /** Each number of a shell's lies between those of the rows before and after. */
  private static List<String> shell(BusyGuest guest, Sampling sampling, Units units)
      throws Exception {
    Sample before = sampling.rowBefore();
    Map<Field, Long> shell = shell(guest.pid(), units);
    Sample after = sampling.rowAfter();
    List<String> problems = new ArrayList<>();
    shell.forEach(
        (field, value) -> {
          long slack = field == Field.RSS_BYTES ? Step.rssBytes(units) : 0;
          long from = Math.min(before.get(field), after.get(field)) - slack;
          long to = Math.max(before.get(field), after.get(field)) + slack;
          boolean back = after.get(field) < before.get(field) && field != Field.RSS_BYTES;
          if (value < from || value > to || back) {
            problems.add(
                field + ": " + before.get(field) + ", shell " + value + ", " + after.get(field));
          }
        });
    return problems;
  }

  /** By the numbers that proc(5) gives the fields; QEMU's name has no blank. */
  private static Map<Field, Long> shell(long pid, Units units) throws Exception {
    String[] words =
        Tool.line("sh", "-c", "cd /proc/" + pid + " && cat stat io status").split("\\s+");
    List<String> all = Arrays.asList(words);
    Map<Field, Long> numbers = new EnumMap<>(Field.class);
    numbers.put(Field.MINOR_FAULTS, Long.valueOf(words[10 - 1]));
    numbers.put(Field.MAJOR_FAULTS, Long.valueOf(words[12 - 1]));
    numbers.put(Field.CPU_USER_JIFFIES, Long.valueOf(words[14 - 1]));
    numbers.put(Field.CPU_SYS_JIFFIES, Long.valueOf(words[15 - 1]));
    numbers.put(Field.VSIZE_BYTES, Long.valueOf(words[23 - 1]));
    numbers.put(Field.RSS_BYTES, Long.parseLong(words[24 - 1]) * units.pageBytes());
    numbers.put(Field.IO_READ_BYTES, after(all, "read_bytes:"));
    numbers.put(Field.IO_WRITE_BYTES, after(all, "write_bytes:"));
    numbers.put(Field.VOLUNTARY_CTXSW, after(all, "voluntary_ctxt_switches:"));
    numbers.put(Field.INVOLUNTARY_CTXSW, after(all, "nonvoluntary_ctxt_switches:"));
    return numbers;
  }

  private static long after(List<String> words, String key) {
    return Long.parseLong(words.get(words.indexOf(key) + 1));
  }

  /**
   * The rows' window begins before pidstat's and ends after it, so it holds at least as much. It is
   * longer by the edges, so without an edge's length at either end it holds at most as much.
   */
  private static List<String> totals(List<Sample> window, Pidstat pidstat, Units units) {
    Sample first = window.get(0);
    Sample last = window.get(window.size() - 1);
    long edgesNs = last.tMonoNs() - first.tMonoNs() - Duration.ofSeconds(SECONDS).toNanos();
    List<Sample> inner =
        window.stream()
            .filter(row -> row.tMonoNs() >= first.tMonoNs() + edgesNs)
            .filter(row -> row.tMonoNs() <= last.tMonoNs() - edgesNs)
            .toList();
    // The reading of a row began before its time, and after the row before it.
    Map<Field, Long> least = inner.get(inner.size() - 1).since(inner.get(1));
    Map<Field, Long> most = last.since(first);
    System.out.printf("%d rows, edges %.3f s%n", window.size(), edgesNs / 1e9);

    double percent = units.jiffiesPerSecond() / 100.0;
    List<Column> columns =
        List.of(
            new Column(Field.CPU_USER_JIFFIES, "%usr", percent),
            new Column(Field.CPU_SYS_JIFFIES, "%system", percent),
            new Column(Field.IO_READ_BYTES, "kB_rd/s", 1024),
            new Column(Field.IO_WRITE_BYTES, "kB_wr/s", 1024),
            new Column(Field.VOLUNTARY_CTXSW, "cswch/s", 1),
            new Column(Field.INVOLUNTARY_CTXSW, "nvcswch/s", 1),
            new Column(Field.MINOR_FAULTS, "minflt/s", 1),
            new Column(Field.MAJOR_FAULTS, "majflt/s", 1));
    List<String> problems = new ArrayList<>();
    for (Column column : columns) {
      double average = pidstat.average(column.name);
      double low = (average - Pidstat.ROUNDING) * column.unit * (SECONDS - UPTIME_S);
      double high =
          (average + Pidstat.ROUNDING) * column.unit * (SECONDS + edgesNs / 1e9 + UPTIME_S);
      String found =
          String.format(
              "%s: rows %d to %d, pidstat %.0f to %.0f",
              column.field.json(), least.get(column.field), most.get(column.field), low, high);
      System.out.println(found);
      if (most.get(column.field) < low || least.get(column.field) > high) {
        problems.add(found);
      }
    }
    assertTrue(
        pidstat.average("kB_rd/s") > pidstat.average("kB_wr/s")
            && pidstat.average("kB_wr/s") > 0
            && pidstat.average("minflt/s") > 0,
        "a busy guest");
    return problems;
  }

  /** An average lies between the least and the most; pidstat cuts to kB. */
  private static List<String> sizes(List<Sample> window, Pidstat pidstat) {
    List<String> problems = new ArrayList<>();
    Map<Field, String> columns = Map.of(Field.RSS_BYTES, "RSS", Field.VSIZE_BYTES, "VSZ");
    columns.forEach(
        (field, name) -> {
          LongSummaryStatistics kb =
              window.stream().mapToLong(row -> row.get(field) / 1024).summaryStatistics();
          double average = pidstat.average(name);
          System.out.printf(
              "%s: rows %d to %d kB, pidstat %.0f%n",
              field.json(), kb.getMin(), kb.getMax(), average);
          if (average < kb.getMin() - 1 || average > kb.getMax() + 1) {
            problems.add(name + " " + average + ", rows " + kb);
          }
        });
    return problems;
  }
}
