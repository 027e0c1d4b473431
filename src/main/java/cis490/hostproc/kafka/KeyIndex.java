package cis490.hostproc.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/**
 * Where the last record of each key is in a topic that many ask about: each record is read once for
 * all of them. Two keys may share a place, so whoever asks compares the key that is there. For any
 * thread; one reads, and the others wait for it, since they need the same.
 */
final class KeyIndex {

  private static final long SHIFT = 32;

  private final Uuid topicId;
  private final Map<Long, Long> offsets = new HashMap<>();
  private long end;

  /** Of a topic of which nothing is read yet. */
  KeyIndex(Uuid topicId) {
    this.topicId = topicId;
  }

  boolean isOf(Uuid other) {
    return topicId.equals(other);
  }

  /** Before an offset that the reader has as the topic's end. */
  synchronized OptionalLong lastOf(byte[] key, TopicReader reader, long until) throws Exception {
    if (until > end) {
      reader.forEach(
          Math.max(reader.beginning(), end),
          until,
          record -> {
            if (record.key() != null) {
              offsets.put(place(record.key()), record.offset());
            }
            end = record.offset() + 1;
            return true;
          });
      end = until;
    }
    Long offset = offsets.get(place(key));
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Two checksums of different bytes: a place is shared by accident only. */
  private static long place(byte[] key) {
    CRC32C crc = new CRC32C();
    crc.update(key);
    long first = crc.getValue();
    crc.update(key.length);
    crc.update(key);
    return first << SHIFT | crc.getValue();
  }
}
