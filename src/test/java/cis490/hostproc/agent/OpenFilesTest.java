package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.FailedException;
import org.junit.jupiter.api.Test;

class OpenFilesTest {

  private static final long TOO_MANY = 1_000_000_000_000L;

  @Test
  void aFewAreAllowedAnywhere() {
    assertDoesNotThrow(() -> OpenFiles.require(1));
  }

  @Test
  void tooManyAreRefusedWithTheNumberThatIsNeeded() {
    String message =
        assertThrows(FailedException.class, () -> OpenFiles.require(TOO_MANY)).getMessage();
    String needed = TOO_MANY + " episodes need " + OpenFiles.needed(TOO_MANY) + " open files";
    assertTrue(message.startsWith("limits.episodes: " + needed), message);
    assertTrue(message.contains("LimitNOFILE="), message);
  }
}
