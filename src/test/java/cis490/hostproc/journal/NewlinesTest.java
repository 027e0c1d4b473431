package cis490.hostproc.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.testkit.Seed;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The search beside a plain one, where newlines and what resembles them are close together. */
class NewlinesTest {

  private static final byte[] LIKELY = {'\n', '\n' - 1, '\n' + 1, 0, 1, -1, -128, 127, '\n' - 128};

  @Test
  void theFirstOneIsFoundWhereverItIs() {
    SplittableRandom random = Seed.random("newlines");
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      int likely = random.nextInt(1, LIKELY.length + 1);
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = LIKELY[LIKELY.length - 1 - random.nextInt(likely)];
      }
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = '\n';
      }
      int from = random.nextInt(bytes.length + 1);
      int to = random.nextInt(from, bytes.length + 1);
      assertEquals(plain(bytes, from, to), Newlines.first(bytes, from, to));
    }
  }

  private static int plain(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }
}
