package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.proc.ProcessFacts;
import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(EndsWhatItStarts.class)
class StartTimeTest {

  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX").withZone(ZoneOffset.UTC);

  @Test
  void isWhenTheProcessWasStarted() {
    Instant before = Instant.now();
    long pid = Hostproc.target().pid();
    long startTicks = ProcessFacts.of(Path.of("/proc"), pid).orElseThrow().startTimeTicks();

    String text = new StartTime().text(startTicks);

    Instant started = FORM.parse(text, Instant::from);
    Duration later = Duration.between(before, started);
    assertTrue(later.abs().compareTo(Duration.ofSeconds(2)) < 0, text + ", " + before);
  }
}
