package cis490.hostproc.truth;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import cis490.hostproc.testkit.Fixtures;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;

/** The process that does what it is told: {@code known_load.py}. */
public final class KnownLoad implements AutoCloseable {

  /** What it says of itself, since it began: times in µs, switches of the main thread. */
  public record Told(long cpuUs, long cpuUserUs, long cpuSysUs, long voluntary, long involuntary) {

    public Told since(Told before) {
      return new Told(
          cpuUs - before.cpuUs,
          cpuUserUs - before.cpuUserUs,
          cpuSysUs - before.cpuSysUs,
          voluntary - before.voluntary,
          involuntary - before.involuntary);
    }
  }

  private final Process process;
  private final Writer orders;
  private final BufferedReader answers;
  private final boolean bytesCount;

  /** Started, with its files in a folder, and ready. */
  public KnownLoad(Path folder) throws IOException {
    String program = Fixtures.truth().resolve("known_load.py").toString();
    process =
        new ProcessBuilder("python3", program, folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    orders = process.outputWriter();
    answers = process.inputReader();
    bytesCount = answer().get("bytes_count").asBoolean();
  }

  public long pid() {
    return process.pid();
  }

  /** Whether what it reads and writes in its folder is in {@code /proc/PID/io}. */
  public boolean bytesCount() {
    return bytesCount;
  }

  /** Gives an order and waits until it is done. */
  public Told tell(String order) throws IOException {
    orders.write(order + "\n");
    orders.flush();
    JsonNode answer = answer();
    return new Told(
        answer.get("cpu_us").asLong(),
        answer.get("cpu_user_us").asLong(),
        answer.get("cpu_sys_us").asLong(),
        answer.get("voluntary").asLong(),
        answer.get("involuntary").asLong());
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    assertNotNull(line, "known_load.py has ended");
    return new ObjectMapper().readTree(line);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
