package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cis490.hostproc.testkit.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two counts of status are the kernel's own, whatever the command calls itself. */
class StatusTest {

  @Test
  void eachNumberComesFromItsOwnLine() throws MalformedKernelTextException {
    Status status = parse("voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t6\n");
    assertEquals(5, status.voluntarySwitches());
    assertEquals(6, status.involuntarySwitches());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ordinary",
        "name-like-a-status-line",
        "name-with-other-line-ends",
        "name-with-newline",
        "name-not-utf-8",
        "status-with-lines-after-the-switches",
        "status-of-a-user-in-3000-groups"
      })
  void neitherNameNorNeighboursChangeTheCounts(String fixture)
      throws IOException, MalformedKernelTextException {
    byte[] text = Files.readAllBytes(Fixtures.process(fixture).resolve("status"));
    Status status = new Status();
    status.parse(text, text.length);
    assertEquals(55501, status.voluntarySwitches());
    assertEquals(321, status.involuntarySwitches());
  }

  @Test
  void aTextThatLacksOneOfTheTwoIsRefusedAndNeverCountedAsZero() {
    for (String text :
        new String[] {
          "Name:\tx\n",
          "Name:\tx\nvoluntary_ctxt_switches:\t5\n",
          "Name:\tx\nnonvoluntary_ctxt_switches:\t5\n",
          "Name:\tx\\nvoluntary_ctxt_switches:\t99\nnonvoluntary_ctxt_switches:\t5\n"
        }) {
      assertThrows(MalformedKernelTextException.class, () -> parse(text), text);
    }
  }

  @Test
  void anOrdinaryTextCutAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.process("ordinary").resolve("status"));
    for (int length = 0; length < whole.length; length++) {
      int cut = length;
      assertThrows(MalformedKernelTextException.class, () -> new Status().parse(whole, cut));
    }
  }

  private static Status parse(String text) throws MalformedKernelTextException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    Status status = new Status();
    status.parse(bytes, bytes.length);
    return status;
  }
}
