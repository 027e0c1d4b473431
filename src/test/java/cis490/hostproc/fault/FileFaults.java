package cis490.hostproc.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.testkit.CollectorProcess;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Assertions;

/** Somebody else writes to the collector's file while it is recorded. */
final class FileFaults {

  private static final String TOLD = "was altered by somebody else";

  /** The collector looks once a second; the rest is for a busy machine. */
  private static final Duration TOLD_WITHIN = Duration.ofMillis(1_500);

  private FileFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.ending("file altered under the collector", FileFaults::whileShipping),
        Scenario.ending("file altered while the broker is away", FileFaults::whileAway));
  }

  private static void whileShipping(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 1_500);
    byte[] written = alterAndAwaitTold(run);
    run.pass(0, 1_000);
    requireNothingOfOthers(run, written);
  }

  private static void whileAway(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 500);
    boolean killed = run.random().nextBoolean();
    if (killed) {
      run.brokers().kill(0);
    } else {
      run.brokers().freeze(0);
    }
    run.pass(200, 1_500);
    byte[] written = alterAndAwaitTold(run);
    run.pass(0, 1_000);
    run.brokers().heal();
    run.pass(0, 1_000);
    requireNothingOfOthers(run, written);
  }

  /** What somebody can do to a file; the collector writes nothing meanwhile. */
  private enum Kind {
    OVERWRITTEN,
    NUL_BYTES,
    LINES_SWAPPED,
    CUT_AND_REFILLED,
    CUT,
    LINE_APPENDED,
    FRAGMENT_APPENDED;

    /** The collector goes on behind what it wrote itself. */
    boolean keepsLength() {
      return ordinal() <= CUT_AND_REFILLED.ordinal();
    }
  }

  /** What the collector had written until then. */
  private static byte[] alterAndAwaitTold(Run run) throws Exception {
    CollectorProcess collector = run.collector();
    Path file = collector.file().path();
    Kind kind = Kind.values()[run.random().nextInt(Kind.values().length)];
    collector.freeze();
    byte[] written = Files.readAllBytes(file);
    byte[] altered = altered(kind, written, run);
    run.say(kind + ": " + written.length + " bytes, now " + altered.length);
    write(file, written, altered);
    collector.file().forget();
    long beganNs = System.nanoTime();
    collector.resume();
    collector.awaitSaid(TOLD);
    Duration took = Duration.ofNanos(System.nanoTime() - beganNs);
    run.say("told after " + took.toMillis() + " ms");
    Duration limit = TOLD_WITHIN.plusMillis((long) run.longestStallMs());
    Assertions.assertTrue(took.compareTo(limit) < 0, kind + " told after " + took);
    if (kind.keepsLength()) {
      collector.awaitMoreRows(3);
    }
    return written;
  }

  private static byte[] altered(Kind kind, byte[] written, Run run) {
    byte[] altered = written.clone();
    int at = run.random().nextInt(written.length);
    int end = Math.min(written.length, at + run.random().nextInt(1, 400));
    switch (kind) {
      case OVERWRITTEN -> {
        for (int i = at; i < end; i++) {
          altered[i] = (byte) run.random().nextInt(' ', 0x7f);
        }
        altered[at] = (byte) (written[at] ^ 1);
      }
      case NUL_BYTES -> Arrays.fill(altered, at, end, (byte) 0);
      case LINES_SWAPPED -> swapLines(altered, run);
      case CUT_AND_REFILLED -> Arrays.fill(altered, at, written.length, (byte) 0);
      case CUT -> altered = Arrays.copyOf(written, at);
      case LINE_APPENDED -> altered = joined(written, lastLine(written));
      case FRAGMENT_APPENDED ->
          altered = joined(written, Arrays.copyOf(lastLine(written), run.random().nextInt(1, 99)));
    }
    return altered;
  }

  /** Two rows of the same length change places: each line is still one of the collector's. */
  private static void swapLines(byte[] bytes, Run run) {
    String[] lines = new String(bytes, UTF_8).split("(?<=\n)");
    int first = run.random().nextInt(lines.length);
    int position = 0;
    for (int i = 0; i + 1 < lines.length; i++) {
      if (i >= first % (lines.length / 2) && lines[i].length() == lines[i + 1].length()) {
        byte[] swapped = (lines[i + 1] + lines[i]).getBytes(UTF_8);
        System.arraycopy(swapped, 0, bytes, position, swapped.length);
        return;
      }
      position += lines[i].length();
    }
    bytes[0] = ' ';
  }

  private static byte[] lastLine(byte[] lines) {
    int from = lines.length - 1;
    while (from > 0 && lines[from - 1] != '\n') {
      from--;
    }
    return Arrays.copyOfRange(lines, from, lines.length);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(first);
    all.writeBytes(second);
    return all.toByteArray();
  }

  /** In place: it stays the same file. */
  private static void write(Path path, byte[] before, byte[] after) throws Exception {
    int same = Arrays.mismatch(before, after);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(Math.min(file.length(), after.length));
      file.seek(same);
      file.write(after, same, after.length - same);
    }
  }

  /**
   * The topic holds rows that the collector has written, in their order, and no others; it is not
   * said to be all of them. What others wrote is left as it is.
   */
  private static void requireNothingOfOthers(Run run, byte[] written) throws Exception {
    CollectorProcess collector = run.collector();
    collector.terminate();
    Assertions.assertEquals(1, collector.awaitExit(), collector::err);
    Path path = collector.file().path();
    byte[] left = Files.readAllBytes(path);
    long altered = collector.file().forgotten();
    byte[] after = Arrays.copyOfRange(left, (int) altered, left.length);
    if (altered != written.length) {
      Assertions.assertEquals(0, after.length, "written behind what others wrote");
    }
    JsonNode summary = collector.summary();
    Assertions.assertEquals("ended", summary.get("state").asText(), summary::toString);
    Assertions.assertFalse(summary.get("topic_equals_file").asBoolean(), summary::toString);
    Assertions.assertTrue(summary.get("file_altered").asText().contains(TOLD), summary::toString);

    // As if nothing had happened to it: what the collector wrote is what the rest is about.
    Files.write(path, joined(written, after), StandardOpenOption.TRUNCATE_EXISTING);
    collector.file().check();
    List<String> rows = collector.file().rows();
    Assertions.assertEquals(rows.size(), summary.get("rows").asInt(), summary::toString);
    List<ConsumerRecord<String, String>> topic = run.committed();
    Assertions.assertTrue(topic.size() <= rows.size(), topic.size() + " of " + rows.size());
    Assertions.assertEquals(topic.size(), summary.get("rows_acknowledged").asInt());
    run.requireTopicIs(rows.subList(0, topic.size()));
    Oracle.checkHeaders(topic);
  }
}
