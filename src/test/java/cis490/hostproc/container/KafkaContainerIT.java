package cis490.hostproc.container;

import cis490.hostproc.testkit.CollectorProcess;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** The built program against Kafka's image, in a container that Testcontainers starts. */
@Tag("long")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class KafkaContainerIT {

  private static final int KAFKA_PORT = 9092;

  private static KafkaContainer kafka;

  @TempDir private Path folder;
  private Episodes episodes;

  @BeforeAll
  static void startKafka() throws Exception {
    Docker.require(Docker.KAFKA_IMAGE);
    kafka = kafkaAtAPortThatStays();
    kafka.start();
  }

  @AfterAll
  static void stopKafka() {
    if (kafka != null) {
      kafka.stop();
    }
  }

  /** A container that is started again gets another port of the host, unless it asks for one. */
  private static KafkaContainer kafkaAtAPortThatStays() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    PortBinding binding =
        new PortBinding(
            Ports.Binding.bindIpAndPort("127.0.0.1", port), new ExposedPort(KAFKA_PORT));
    return new KafkaContainer(Docker.KAFKA_IMAGE)
        .withCreateContainerCmdModifier(
            command -> command.getHostConfig().withPortBindings(binding));
  }

  @BeforeEach
  void startTarget() throws IOException {
    episodes = new Episodes(folder);
  }

  @AfterEach
  void endAll() {
    if (episodes != null) {
      episodes.close();
    }
  }

  @Test
  void aProcessIsCollected() throws Exception {
    CollectorProcess collector = episodes.started(kafka.getBootstrapServers());

    Episodes.finishAndRequireExact(collector, kafka.getBootstrapServers());
  }

  @Test
  void theContainerIsPausedForAWhile() throws Exception {
    CollectorProcess collector = episodes.started(kafka.getBootstrapServers());

    docker().pauseContainerCmd(kafka.getContainerId()).exec();
    // Sampling goes on: some seconds of it.
    collector.awaitMoreRows(5 * Episodes.SOME_ROWS);
    docker().unpauseContainerCmd(kafka.getContainerId()).exec();

    collector.awaitMoreRows(Episodes.SOME_ROWS);
    Episodes.finishAndRequireExact(collector, kafka.getBootstrapServers());
  }

  @Test
  void theContainerIsStoppedAndStarted() throws Exception {
    CollectorProcess collector = episodes.started(kafka.getBootstrapServers());

    docker().stopContainerCmd(kafka.getContainerId()).exec();
    collector.awaitSaid("shipping broke off");
    collector.awaitMoreRows(Episodes.SOME_ROWS);
    docker().startContainerCmd(kafka.getContainerId()).exec();

    collector.awaitSaid("rows caught up");
    Episodes.finishAndRequireExact(collector, kafka.getBootstrapServers());
  }

  @Test
  void aBrokerThatMakesNoTopicsByItself() throws Exception {
    try (KafkaContainer strict =
        new KafkaContainer(Docker.KAFKA_IMAGE)
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")) {
      strict.start();
      CollectorProcess collector = episodes.started(strict.getBootstrapServers());

      Episodes.finishAndRequireExact(collector, strict.getBootstrapServers());
    }
  }

  @Test
  void threeEpisodesSideBySide() throws Exception {
    List<CollectorProcess> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(episodes.collector(kafka.getBootstrapServers()));
    }
    for (CollectorProcess each : all) {
      each.start();
    }
    for (CollectorProcess each : all) {
      each.awaitRows(Episodes.SOME_ROWS);
    }

    Set<String> topics = new HashSet<>();
    for (CollectorProcess each : all) {
      Episodes.finishAndRequireExact(each, kafka.getBootstrapServers());
      topics.add(Episodes.topic(each));
    }
    Assertions.assertEquals(3, topics.size());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.getBootstrapServers()))) {
      Assertions.assertTrue(admin.listTopics().names().get().containsAll(topics));
    }
  }

  private static DockerClient docker() {
    return DockerClientFactory.instance().client();
  }
}
