package cis490.hostproc.ship;

import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;

/** Which topics there are. */
public final class TopicAdmin implements AutoCloseable {

  private final Admin admin;

  /**
   * Connects when first asked.
   *
   * @param settings where the brokers are
   * @param clientId the client's name
   */
  public TopicAdmin(KafkaSettings settings, String clientId) {
    this.admin = settings.admin(clientId);
  }

  /**
   * The topics there are now.
   *
   * @param prefix of their names
   * @return those that this client may see
   * @throws org.apache.kafka.common.KafkaException if the brokers don't answer
   */
  public SortedSet<String> withPrefix(String prefix) {
    SortedSet<String> names = new TreeSet<>(OracleTopic.await(admin.listTopics().names()));
    names.removeIf(name -> !name.startsWith(prefix));
    return names;
  }

  /** Without waiting. */
  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
