package cis490.hostproc.ship;

import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.TopicReader;
import java.time.Duration;

/**
 * How much is sent and fetched at once. It adapts to the connection: what takes too long, or fails,
 * is smaller the next time, down to one row, and grows again with each success. So there is
 * progress at any bandwidth, and on a fast link few transactions.
 *
 * <p>Lives as long as the {@link Shipper}: a new connection goes on with what the last one learned.
 */
final class Pace {

  /** With the bytes and the producer's buffer it bounds the memory. */
  static final int ROWS_MAX = 40_000;

  private static final int ROWS_FIRST = 2_000;

  /** A transaction that takes longer is made smaller: far below all limits of Kafka's. */
  private static final Duration TRANSACTION = Duration.ofSeconds(2);

  private static final int SMALLER_BY = 4;
  private static final int GREATER_BY = 2;

  /** A broker gives one batch at least, however small this is. */
  private static final int FETCH_BYTES_MIN = 4 * 1024;

  private static final Duration TRANSACTION_TIMEOUT_MIN = Duration.ofSeconds(1);

  private int rows = ROWS_FIRST;
  private int rowsOpen;
  private int fetchBytes = TopicReader.FETCH_BYTES;
  private Duration transactionTimeout = KafkaSettings.TRANSACTION_TIMEOUT;

  /** Rows that the next transaction may have. */
  int rows() {
    return rows;
  }

  /** Bytes that one fetch may bring. */
  int fetchBytes() {
    return fetchBytes;
  }

  /** After which the brokers end a transaction. */
  Duration transactionTimeout() {
    return transactionTimeout;
  }

  /** So many rows more are in the open transaction. */
  void noteSent(int more) {
    rowsOpen += more;
  }

  /** The transaction is over, and took this long. */
  void noteCommit(long tookNs) {
    long limitNs = Math.min(TRANSACTION.toNanos(), transactionTimeout.toNanos() / 4);
    if (tookNs > limitNs) {
      rows = (int) Math.max(1, rowsOpen * limitNs / tookNs);
    } else if (rowsOpen >= rows) {
      rows = Math.min(ROWS_MAX, rows * GREATER_BY);
    }
    rowsOpen = 0;
  }

  /** All that there was to read was read. */
  void noteRead() {
    fetchBytes = Math.min(TopicReader.FETCH_BYTES, fetchBytes * GREATER_BY);
  }

  /** The connection is lost, whatever it was. */
  void noteFailure() {
    if (rowsOpen > 0) {
      rows = Math.max(1, Math.min(rows, rowsOpen) / SMALLER_BY);
      rowsOpen = 0;
    } else {
      fetchBytes = Math.max(FETCH_BYTES_MIN, fetchBytes / SMALLER_BY);
    }
  }

  /**
   * The brokers do not allow the transaction timeout.
   *
   * @return whether there is a shorter one to try
   */
  boolean shortenTransactionTimeout() {
    boolean isLonger = transactionTimeout.compareTo(TRANSACTION_TIMEOUT_MIN) > 0;
    Duration half = transactionTimeout.dividedBy(2);
    transactionTimeout =
        half.compareTo(TRANSACTION_TIMEOUT_MIN) < 0 ? TRANSACTION_TIMEOUT_MIN : half;
    return isLonger;
  }
}
