package cis490.hostproc.agent;

import cis490.hostproc.episode.EpisodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * A log for each episode: its lines begin with the episode's id. What is said of many episodes
 * within some seconds is one line of the first and one line with the number of the others: brokers
 * that are away are away for all.
 */
final class EpisodeLogs {

  private static final long FLOOD_NS = Duration.ofSeconds(3).toNanos();
  private static final int NAMED_MAX = 5;

  /** Bounds the texts that are remembered at a time. */
  private static final int TEXTS_MAX = 1_000;

  private static final Pattern NUMBER = Pattern.compile("[0-9][0-9,.]*");

  private final Logger log;

  /** By what is alike in them: without numbers and the episode's id. Guarded by this. */
  private final Map<String, Flood> floods = new LinkedHashMap<>();

  /** The same said of several episodes. */
  private static final class Flood {
    private final Level level;
    private final String text;
    private final long sinceNs;
    private final List<String> others = new ArrayList<>();
    private long count;

    Flood(Level level, String text, long sinceNs) {
      this.level = level;
      this.text = text;
      this.sinceNs = sinceNs;
    }
  }

  /** All of them are written to {@code log}. */
  EpisodeLogs(Logger log) {
    this.log = log;
  }

  /** The log of an episode. */
  Logger of(EpisodeId episode) {
    return new OfEpisode(episode.value());
  }

  private synchronized void say(Level level, String episode, String text, long nowNs) {
    String alike = level + NUMBER.matcher(text.replace(episode, "")).replaceAll("#");
    Flood flood = floods.get(alike);
    if (flood == null || nowNs - flood.sinceNs > FLOOD_NS) {
      end(flood);
      log.atLevel(level).log("{}: {}", episode, text);
      if (floods.size() < TEXTS_MAX) {
        floods.put(alike, new Flood(level, text, nowNs));
      }
      return;
    }
    flood.count++;
    if (flood.others.size() < NAMED_MAX) {
      flood.others.add(episode);
    }
  }

  /** Says how many others there were, once a flood is over; called every second or so. */
  synchronized void flush(long nowNs) {
    Iterator<Flood> each = floods.values().iterator();
    while (each.hasNext()) {
      Flood flood = each.next();
      if (nowNs - flood.sinceNs > FLOOD_NS) {
        each.remove();
        end(flood);
      }
    }
  }

  private void end(@Nullable Flood flood) {
    if (flood != null && flood.count > 0) {
      String more = flood.count > flood.others.size() ? ", …" : "";
      String others = String.join(", ", flood.others) + more;
      log.atLevel(flood.level)
          .log("{} more episodes ({}), as before: {}", flood.count, others, flood.text);
    }
  }

  /** Hands all but what nobody wants to see to the flood's count. */
  private final class OfEpisode extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1L;

    OfEpisode(String episode) {
      this.name = episode;
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String pattern,
        Object @Nullable [] arguments,
        @Nullable Throwable thrown) {
      String text = MessageFormatter.basicArrayFormat(pattern, arguments);
      if (thrown != null) {
        log.atLevel(level).setCause(thrown).log("{}: {}", name, text);
      } else {
        say(level, name, text, System.nanoTime());
      }
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return log.isInfoEnabled();
    }

    @Override
    public boolean isWarnEnabled() {
      return log.isWarnEnabled();
    }

    @Override
    public boolean isErrorEnabled() {
      return log.isErrorEnabled();
    }
  }
}
