package cis490.hostproc.kafka;

import java.util.SortedSet;
import java.util.TreeSet;

/** Which topics there are. */
public final class TopicAdmin implements AutoCloseable {

  private final Clients clients;

  /**
   * Ready to look.
   *
   * @param settings where the brokers are
   * @param clientId the client's name
   * @throws NotKafkaException if something else answers there
   */
  public TopicAdmin(KafkaSettings settings, String clientId) {
    this.clients = Clients.open(settings, clientId);
  }

  /**
   * The topics there are now.
   *
   * @param prefix of their names
   * @return those that this client may see
   * @throws org.apache.kafka.common.KafkaException if the brokers don't answer
   */
  public SortedSet<String> withPrefix(String prefix) {
    SortedSet<String> names =
        new TreeSet<>(clients.await("the list of topics", clients.admin().listTopics().names()));
    names.removeIf(name -> !name.startsWith(prefix));
    return names;
  }

  /** Without waiting. */
  @Override
  public void close() {
    clients.close();
  }
}
