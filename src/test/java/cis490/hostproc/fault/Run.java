package cis490.hostproc.fault;

import static java.util.concurrent.TimeUnit.SECONDS;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.Cadence;
import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.Wait;
import cis490.hostproc.testkit.Wire;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Assertions;

/**
 * One run of a scenario: an episode of its own, a process to sample, a collector that is not
 * started yet, brokers that are up, and the random numbers that say what happens when.
 */
final class Run implements AutoCloseable {

  private static final Duration BATCH_WITHIN = Duration.ofSeconds(4);
  private static final Duration SHIPPED_WITHIN = Duration.ofSeconds(60);

  /** The collector's linger, and ten seconds to notice that all is reachable again. */
  private static final Duration MAY_WAIT = Duration.ofMillis(10_500);

  /** The brokers end what nobody could end. */
  private static final String STRANGERS_TIMEOUT_MS = "8000";

  /** Ends by itself, and with it a collector that nobody ends. */
  private static final String TARGET_LIVES_S = "300";

  /** Clients that give up soon. */
  static final Map<String, String> IMPATIENT =
      Map.of(
          "request.timeout.ms", "1500",
          "delivery.timeout.ms", "3000",
          "max.block.ms", "3000",
          "default.api.timeout.ms", "3000");

  private final Path folder;
  private final SplittableRandom random;
  private final Brokers brokers;
  private final Admin admin;
  private final Process target;
  private final String episode;
  private final CollectorProcess collector;
  private final List<CollectorProcess> all = new ArrayList<>();
  private final List<Child> shipments = new ArrayList<>();
  private final Bystander bystander = new Bystander();
  private Tally tally = Tally.NONE;
  private long longestWaitMs;
  private long strangersId = -1;
  private int stoodStill;

  Run(Path folder, String slug, long seed, Brokers brokers) throws IOException {
    this.folder = folder;
    this.random = new SplittableRandom(seed);
    this.brokers = brokers;
    this.admin = brokers.admin();
    this.episode = slug + "-" + seed + "-" + UUID.randomUUID().toString().substring(0, 8);
    this.target = new ProcessBuilder("sleep", TARGET_LIVES_S).start();
    writeKafkaConfig();
    this.collector = newCollector("collector", random.nextBoolean() ? 5 : 10);
  }

  /** Impatient clients give up within a short run; patient ones hang on. Both must be exact. */
  private void writeKafkaConfig() throws IOException {
    configure(random.nextInt(3) > 0 ? IMPATIENT : Map.of());
  }

  /** Clients with these settings in place of those that the seed chose; before the first start. */
  void configure(Map<String, String> settings) throws IOException {
    Properties config = new Properties();
    config.putAll(settings);
    try (Writer file = Files.newBufferedWriter(kafkaConfig())) {
      config.store(file, null);
    }
  }

  /** Client settings for whatever the run starts. */
  Path kafkaConfig() {
    return folder.resolve("kafka.properties").toAbsolutePath();
  }

  /** Another collector of the same episode and process, with a file of its own. */
  CollectorProcess newCollector(String name, int intervalMs) {
    return newCollector(
        name, folder.resolve(name).resolve("host_proc.jsonl").toAbsolutePath(), intervalMs);
  }

  /** Another collector for the file that has one. */
  CollectorProcess sameFileAgain() {
    return newCollector("second", collector.file().path(), collector.intervalMs());
  }

  private CollectorProcess newCollector(String name, Path output, int intervalMs) {
    return newCollector(name, output, intervalMs, target.pid(), episode);
  }

  /** A collector of another process, and of another episode. */
  CollectorProcess newCollector(
      String name, Path output, int intervalMs, long pid, String episodeOfIt) {
    List<String> options = episodeAndKafka(episodeOfIt);
    CollectorProcess made =
        new CollectorProcess(folder, name, output, intervalMs, pid, brokers.address(), options);
    all.add(made);
    return made;
  }

  private List<String> episodeAndKafka(String of) {
    return List.of("--episode", of, "--kafka-config", kafkaConfig().toString());
  }

  /** {@code hostproc ship} for the collector's file, started. */
  Child ship() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("ship", collector.file().path().toString()));
    arguments.addAll(episodeAndKafka(episode));
    arguments.addAll(List.of("--bootstrap-servers", brokers.address()));
    shipments.add(Program.start(folder, "ship-run-" + (shipments.size() + 1), Map.of(), arguments));
    return shipments.get(shipments.size() - 1);
  }

  /** {@code hostproc ship} must bring all of the collector's file into the topic. */
  void shipAll() throws IOException {
    Child ship = ship();
    int code = ship.awaitExit(SHIPPED_WITHIN);
    Assertions.assertEquals(0, code, ship::err);
  }

  /** SIGKILL to the process that is sampled; it is not waited for at once. */
  void endTarget() {
    target.destroyForcibly();
  }

  /** Where logs and files of this run go. */
  Path folder() {
    return folder;
  }

  SplittableRandom random() {
    return random;
  }

  Brokers brokers() {
    return brokers;
  }

  Admin admin() {
    return admin;
  }

  /** The one that the run is about. */
  CollectorProcess collector() {
    return collector;
  }

  String episode() {
    return episode;
  }

  String topic() {
    return "oracle.host-proc." + episode;
  }

  /** Notes what is done, in {@code steps.log}: for whoever looks at a failure. */
  void say(String step) throws IOException {
    Files.writeString(
        folder.resolve("steps.log"),
        LocalDateTime.now() + " " + step + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Through which the collector's runs to come send and get all. */
  Wire wire() {
    collector.through(brokers.wireAddress());
    return brokers.wire();
  }

  /** Lets a random time pass. */
  void pass(long fromMs, long toMs) throws InterruptedException {
    Wait.between(random, fromMs, toMs);
  }

  /** Where the topic ends, open transactions included; 0 if that can't be known. */
  long topicEnd() throws Exception {
    return topicEnd(IsolationLevel.READ_UNCOMMITTED);
  }

  private long topicEnd(IsolationLevel isolation) throws Exception {
    return topicEnd(topic(), isolation);
  }

  /** Where what is committed of a topic ends; 0 if that can't be known. */
  long committedEnd(String ofTopic) throws Exception {
    return topicEnd(ofTopic, IsolationLevel.READ_COMMITTED);
  }

  private long topicEnd(String ofTopic, IsolationLevel isolation) throws Exception {
    TopicPartition partition = new TopicPartition(ofTopic, 0);
    try {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
          .partitionResult(partition)
          .get(1, TimeUnit.SECONDS)
          .offset();
    } catch (ExecutionException | TimeoutException notThere) {
      return 0;
    }
  }

  /**
   * Somebody else writes to the topic, and does not commit; nobody hears of him again. False if the
   * brokers do not take it.
   */
  boolean beginStrangersTransaction() {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            brokers.address(),
            "transactional.id",
            "stranger-" + episode,
            "max.block.ms",
            "5000",
            "transaction.timeout.ms",
            STRANGERS_TIMEOUT_MS);
    KafkaProducer<byte[], byte[]> stranger =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      stranger.initTransactions();
      String id = (String) config.get("transactional.id");
      strangersId =
          admin.describeTransactions(List.of(id)).description(id).get(5, SECONDS).producerId();
      stranger.beginTransaction();
      stranger.send(new ProducerRecord<>(topic(), 0, null, new byte[] {'?'})).get(5, SECONDS);
      return true;
    } catch (KafkaException | ExecutionException | TimeoutException away) {
      return false;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    } finally {
      stranger.close(Duration.ZERO);
    }
  }

  /** What kafka-transactions.sh abort does. False if the brokers do not do it. */
  boolean abortStrangersTransaction() throws Exception {
    return abort(producer -> producer.producerId() == strangersId);
  }

  /**
   * The same for all that are open. Brokers that have forgotten one may have forgotten another:
   * that of the collector, which was just sending.
   */
  boolean abortAllTransactions() throws Exception {
    return abort(producer -> true);
  }

  private boolean abort(Predicate<ProducerState> which) throws Exception {
    TopicPartition partition = new TopicPartition(topic(), 0);
    try {
      for (ProducerState each :
          admin
              .describeProducers(List.of(partition))
              .partitionResult(partition)
              .get(5, SECONDS)
              .activeProducers()) {
        if (which.test(each) && each.currentTransactionStartOffset().isPresent()) {
          AbortTransactionSpec spec =
              new AbortTransactionSpec(
                  partition,
                  each.producerId(),
                  (short) each.producerEpoch(),
                  each.coordinatorEpoch().orElse(0));
          admin.abortTransaction(spec).all().get(5, SECONDS);
        }
      }
      return true;
    } catch (ExecutionException failure) {
      return failure.getCause() instanceof UnknownTopicOrPartitionException;
    } catch (TimeoutException away) {
      return false;
    }
  }

  /** Until more rows are committed than now; all is reachable. */
  void awaitShipping() throws Exception {
    long sinceNs = System.nanoTime();
    awaitCommitted(topicEnd());
    hasWaited(sinceNs);
  }

  /** Rows have waited since then while all was reachable. */
  void hasWaited(long sinceNs) throws IOException {
    long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs);
    longestWaitMs = Math.max(longestWaitMs, waitedMs);
    if (waitedMs > MAY_WAIT.toMillis()) {
      stoodStill++;
      say("rows waited " + waitedMs + " ms, though all was reachable");
    }
  }

  private void awaitCommitted(long moreThan) throws Exception {
    Wait.until(
        "rows come to the topic, the collector says " + collector.err(),
        SHIPPED_WITHIN,
        () -> topicEnd(IsolationLevel.READ_COMMITTED) > moreThan);
  }

  /**
   * Until rows are just being written to the topic, if that happens within some seconds: the moment
   * between a batch and its commit.
   */
  void awaitBatch() throws Exception {
    long before = topicEnd();
    long deadlineNs = System.nanoTime() + BATCH_WITHIN.toNanos();
    while (topicEnd() == before && System.nanoTime() < deadlineNs) {
      Thread.onSpinWait();
    }
  }

  /** The collector starts, and its first rows are committed. */
  void startShipping() throws Exception {
    collector.start();
    awaitCommitted(0);
  }

  /**
   * The usual end: all is healed, the collector runs or is started again, and is asked to end. Then
   * the topic must be the file.
   */
  void healAndRequireExact() throws Exception {
    brokers.heal();
    brokers.wire().releaseAll();
    brokers.wire().carry(0);
    brokers.wire().becomeWire();
    brokers.awaitInSync();
    long reachableSinceNs = System.nanoTime();
    if (collector.up()) {
      collector.resume();
      collector.awaitMoreRows(3);
    } else {
      collector.start();
    }
    try {
      collector.finish();
    } catch (AssertionError failed) {
      hasWaited(reachableSinceNs);
      tellMore(failed);
      throw failed;
    }
    hasWaited(reachableSinceNs);
    requireExact();
  }

  /** What the topic holds says more than an exit code. */
  private void tellMore(AssertionError failed) {
    try {
      requireExact();
    } catch (Exception | AssertionError more) {
      failed.addSuppressed(more);
    }
  }

  /** The topic must be the collector's file now. */
  void requireExact() throws Exception {
    requireExact(collector);
  }

  /** The topic must be this collector's file now. */
  void requireExact(CollectorProcess owner) throws Exception {
    List<ConsumerRecord<String, String>> committed = committed();
    owner.file().look();
    owner.file().check();
    conclude(owner, Oracle.compare(owner.file().rows(), Oracle.values(committed)));
    Oracle.checkHeaders(committed);
    owner.requireSoundManifest();
  }

  /** The topic must hold just these now, as it did before. */
  void requireTopicIs(List<String> values) throws Exception {
    conclude(collector, Oracle.compare(values, Oracle.values(committed())));
  }

  /** For a scenario with an end of its own: what is to stand in the table. */
  void conclude(CollectorProcess owner, Oracle.Count count) throws IOException {
    Cadence cadence = owner.file().cadence(owner.intervalMs());
    conclude(owner.file().count(), count, cadence);
    cadence.require(owner.intervalMs(), bystander());
  }

  /** The same for a run of many episodes, whose cadence was looked at one by one. */
  void conclude(long rows, Oracle.Count count, Cadence worst) {
    tally =
        new Tally(
            rows,
            count.lost(),
            count.doubled(),
            count.outOfOrder(),
            stoodStill,
            longestWaitMs,
            worst);
    tally.requireExact();
  }

  /** A thread's that does nothing else: the machine's own delays. */
  Cadence bystander() {
    return bystander.cadence();
  }

  /** How late a thread woke up at the most that does nothing else: the machine's own delays. */
  double longestStallMs() {
    return bystander.cadence().longestMs();
  }

  /** What readers of the topic get. */
  List<ConsumerRecord<String, String>> committed() {
    return Oracle.committed(brokers.address(), topic());
  }

  /** What came out so far. */
  Tally tally() {
    return tally;
  }

  /** A script that looks at nothing proves nothing. */
  void requireConclusion() {
    Assertions.assertNotSame(Tally.NONE, tally, "the scenario came to no conclusion");
  }

  @Override
  public void close() {
    bystander.close();
    for (CollectorProcess each : all) {
      each.end();
    }
    shipments.forEach(Child::kill);
    target.destroyForcibly();
    brokers.wire().releaseAll();
    admin.close(Duration.ZERO);
  }
}
