package cis490.hostproc.truth;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import cis490.hostproc.testkit.Fixtures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;

/** Another program that reads the clocks: {@code clocks.py}. */
final class Clocks implements AutoCloseable {

  /** CLOCK_MONOTONIC and CLOCK_REALTIME, one right after the other, ns. */
  record Reading(long monoNs, long wallNs) {}

  private final Process process;
  private final Writer questions;
  private final BufferedReader answers;

  Clocks() throws IOException {
    process =
        new ProcessBuilder("python3", Fixtures.truth().resolve("clocks.py").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    questions = process.outputWriter();
    answers = process.inputReader();
  }

  Reading read() throws IOException {
    questions.write("\n");
    questions.flush();
    String line = answers.readLine();
    assertNotNull(line, "clocks.py has ended");
    String[] ns = line.split(" ");
    return new Reading(Long.parseLong(ns[0]), Long.parseLong(ns[1]));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
