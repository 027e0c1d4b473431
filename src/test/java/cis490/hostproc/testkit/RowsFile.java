package cis490.hostproc.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/** A collector's file as a bystander sees it, who forgets nothing that was in it. */
public final class RowsFile {

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  private static final int FIELDS = 14;

  private final Path path;
  private final NavigableSet<Integer> pauses = new TreeSet<>();
  private byte[] seen = {};
  private long forgotten;

  public RowsFile(Path path) {
    this.path = path;
  }

  public Path path() {
    return path;
  }

  /** Up to the last newline; nothing if there is no file. */
  public byte[] complete() throws IOException {
    byte[] all = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
    int length = all.length;
    while (length > 0 && all[length - 1] != '\n') {
      length--;
    }
    return Arrays.copyOf(all, length);
  }

  /** The complete rows, without their newlines. */
  public List<String> rows() throws IOException {
    return new String(complete(), UTF_8).lines().toList();
  }

  /** How many complete rows. */
  public int count() throws IOException {
    return count(complete());
  }

  private static int count(byte[] lines) {
    int count = 0;
    for (byte each : lines) {
      count += each == '\n' ? 1 : 0;
    }
    return count;
  }

  /** Every row that was ever seen must still be there, at the same place. */
  public void look() throws IOException {
    byte[] now = forgotten > 0 ? Files.readAllBytes(path) : complete();
    boolean kept =
        now.length >= seen.length && Arrays.equals(now, 0, seen.length, seen, 0, seen.length);
    Assertions.assertTrue(
        kept,
        () ->
            path
                + ": a row that was there is altered or gone; the first "
                + Arrays.mismatch(now, seen)
                + " of "
                + seen.length
                + " bytes are kept");
    seen = now;
  }

  /**
   * The disk may have lost rows that were not forced: what is left must be the beginning of what
   * was there.
   */
  public void lookAfterPowerCut() throws IOException {
    byte[] now = complete();
    seen = Arrays.copyOf(seen, Math.min(seen.length, now.length));
    look();
    pauses.removeIf(row -> row > count(now));
  }

  /** Somebody has altered it: what is there now must stay. */
  public void forget() throws IOException {
    seen = Files.readAllBytes(path);
    forgotten = seen.length;
  }

  /** How long it was when somebody had altered it. */
  public long forgotten() {
    return forgotten;
  }

  /** What comes next was not sampled right after what is there: no gap to be counted. */
  public void pause() throws IOException {
    pauses.add(count());
  }

  /** Every line must be one row, whole and alone. */
  public void check() throws IOException {
    List<String> rows = rows();
    for (int i = 0; i < rows.size(); i++) {
      String row = rows.get(i);
      try {
        int fields = JSON.<JsonNode>readValue(row).size();
        Assertions.assertEquals(FIELDS, fields, "line " + (i + 1) + " of " + path + ": " + row);
      } catch (IOException notJson) {
        Assertions.fail("line " + (i + 1) + " of " + path + " is not one row: " + row, notJson);
      }
    }
  }

  /** Of the rows of undisturbed runs of the collector. */
  public Cadence cadence(int intervalMs) throws IOException {
    List<String> rows = rows();
    Cadence cadence = Cadence.NONE;
    for (int i = 1; i < rows.size(); i++) {
      if (!pauses.contains(i)) {
        long waitNs = time(rows.get(i)) - time(rows.get(i - 1));
        cadence = cadence.plus(waitNs, TimeUnit.MILLISECONDS.toNanos(intervalMs));
      }
    }
    return cadence;
  }

  private static long time(String row) {
    return number(row, "t_mono_ns");
  }

  /** A number of a row. */
  public static long number(String row, String field) {
    int from = row.indexOf('"' + field + "\": ") + field.length() + 4;
    int to = from;
    while (Character.isDigit(row.charAt(to))) {
      to++;
    }
    return Long.parseLong(row.substring(from, to));
  }
}
