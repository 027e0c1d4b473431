package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalSource;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** File to topic, exactly once, against a real broker. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ShipperTest {

  private static final Map<String, String> IMPATIENT =
      Map.of(
          "request.timeout.ms", "1500",
          "delivery.timeout.ms", "3000",
          "max.block.ms", "3000",
          "default.api.timeout.ms", "3000");

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String MANIFESTS = TestTopics.newName("episodes");

  @TempDir private Path folder;

  private final EpisodeId episode = new EpisodeId(TestTopics.newName("ship"));
  private final String topic = episode.topic();
  private Path file;
  private String manifests = MANIFESTS;

  /** Stands before the journal; null for the journal itself. */
  private JournalSource source;

  private Journal journal;
  private int written;

  @BeforeEach
  void openJournal() throws Exception {
    file = folder.resolve("rows.jsonl");
    journal = Journal.open(file);
  }

  @AfterEach
  void closeJournal() throws Exception {
    journal.close();
  }

  @Test
  void shipsEachRowOnceInOrderWithItsHeaders() throws Exception {
    append(1000);

    Running run = ship();
    assertEquals(Shipper.Outcome.EQUAL, run.finish());

    List<ConsumerRecord<byte[], byte[]>> rows = TestTopics.committed(topic);
    assertTopicEqualsFile();
    assertEquals(1000, rows.size());
    byte[] all = Files.readAllBytes(file);
    for (int row : new int[] {0, 1, 999}) {
      ConsumerRecord<byte[], byte[]> record = rows.get(row);
      int end = Integer.parseInt(TestTopics.header(record, "end"));
      assertEquals(episode.value(), new String(record.key(), UTF_8));
      assertEquals("host_proc", TestTopics.header(record, "source"));
      assertEquals("false", TestTopics.header(record, "available_in_deployment"));
      assertEquals(RowFormat.SCHEMA_ID, TestTopics.header(record, "schema"));
      assertEquals(Integer.toString(row), TestTopics.header(record, "seq"));
      assertEquals('\n', all[end - 1]);
      assertEquals(TestTopics.sha256(all, end), TestTopics.header(record, "chain"));
    }
    assertEquals(1000, run.figures.acknowledged());
    assertEquals(0, run.figures.pending());
  }

  @Test
  void makesTheTopicSoThatNothingIsEverDropped() throws Exception {
    append(1);
    ship().finish();

    Map<String, String> config = TestTopics.config(topic);
    assertEquals("delete", config.get("cleanup.policy"));
    assertEquals("-1", config.get("retention.ms"));
    assertEquals("-1", config.get("retention.bytes"));
    assertEquals("LogAppendTime", config.get("message.timestamp.type"));
    assertEquals("compact", TestTopics.config(MANIFESTS).get("cleanup.policy"));
    assertEquals("LogAppendTime", TestTopics.config(MANIFESTS).get("message.timestamp.type"));
  }

  @Test
  void mendsTheSettingsOfATopicThatWasThere() throws Exception {
    TestTopics.create(topic, 1, Map.of("retention.ms", "1000", "cleanup.policy", "compact"));
    append(10);

    assertEquals(Shipper.Outcome.EQUAL, ship().finish());

    assertEquals("-1", TestTopics.config(topic).get("retention.ms"));
    assertEquals("delete", TestTopics.config(topic).get("cleanup.policy"));
    assertTopicEqualsFile();
  }

  @Test
  void followsAFileThatGrows() throws Exception {
    Running run = ship();
    for (int i = 0; i < 50; i++) {
      append(7);
      awaitTrue(() -> run.figures.pending() < 20);
    }
    assertEquals(Shipper.Outcome.EQUAL, run.finish());
    assertTopicEqualsFile();
    assertEquals(350, TestTopics.committed(topic).size());
  }

  /** What one of them has to wait for is no step, so the other goes on. */
  @Test
  void whoStepsOneMayStepOthersToo() throws Exception {
    append(3000);
    ShipFigures figures =
        new ShipFigures(new SimpleMeterRegistry(), Tags.empty(), () -> journal.lines());
    Shipper ships = shipper(TestTopics::settings, () -> "open".getBytes(UTF_8), figures);
    Shipper waits =
        shipper(
            () -> {
              throw new IOException("no broker today");
            },
            () -> null,
            new ShipFigures(new SimpleMeterRegistry(), Tags.empty(), () -> 0));
    ships.complete();
    waits.complete();
    awaitTrue(
        () -> {
          waits.step();
          ships.step();
          return ships.isDone() && waits.isDone();
        });

    assertEquals(Shipper.Outcome.EQUAL, ships.outcome());
    assertEquals(Shipper.Outcome.STOPPED, waits.outcome());
    assertTopicEqualsFile();
  }

  @Test
  void whoIsGivenUpIsDoneWithTheNextStep() throws Exception {
    append(10);
    ShipFigures figures = new ShipFigures(new SimpleMeterRegistry(), Tags.empty(), () -> 10);
    Shipper shipper = shipper(TestTopics::settings, () -> "open".getBytes(UTF_8), figures);
    awaitTrue(
        () -> {
          shipper.step();
          return figures.acknowledged() == 10;
        });
    shipper.abandon();
    shipper.step();

    assertTrue(shipper.isDone());
    assertEquals(Shipper.Outcome.SHIPPING, shipper.outcome());
  }

  @Test
  void goesOnWhereAnEarlierRunStopped() throws Exception {
    append(300);
    ship().finish();
    append(200);

    assertEquals(Shipper.Outcome.EQUAL, ship().finish());

    assertTopicEqualsFile();
    assertEquals(500, TestTopics.committed(topic).size());
  }

  @Test
  void publishesTheManifestAtTheStartAndAtTheEnd() throws Exception {
    append(3);
    ship().finish();

    List<String> mine =
        TestTopics.committed(MANIFESTS).stream()
            .filter(record -> Arrays.equals(record.key(), episode.value().getBytes(UTF_8)))
            .map(record -> new String(record.value(), UTF_8))
            .toList();
    byte[] all = Files.readAllBytes(file);
    assertEquals(List.of("open", "closed " + TestTopics.sha256(all, all.length)), mine);
  }

  @Test
  void endsWhatADeadRunLeftOpen() throws Exception {
    append(20);
    ship().finish();
    append(20);
    // A collector that died in mid-transaction: rows sent, neither committed nor aborted.
    try (KafkaProducer<byte[], byte[]> dead = TestTopics.producer(episode.transactionalId())) {
      dead.initTransactions();
      dead.beginTransaction();
      dead.send(new ProducerRecord<>(topic, 0, null, "unfinished".getBytes(UTF_8)));
      dead.flush();

      assertEquals(Shipper.Outcome.EQUAL, ship().finish());

      dead.close(Duration.ZERO);
    }
    assertTopicEqualsFile();
    assertEquals(40, TestTopics.committed(topic).size());
  }

  @Test
  void shipsAgainFromRowZeroWhenTheTopicWasDeleted() throws Exception {
    append(100);
    Running run = ship();
    awaitTrue(() -> run.figures.acknowledged() == 100);
    TestTopics.delete(topic);
    append(50);

    assertEquals(Shipper.Outcome.EQUAL, run.finish());

    assertTopicEqualsFile();
    assertEquals(150, TestTopics.committed(topic).size());
  }

  /** Each send then waits for metadata in vain, and fails without throwing. */
  @Test
  void doesNotWaitForEachRowOfATopicThatItsProducerNoLongerKnows() throws Exception {
    append(10);
    Map<String, String> forgetful =
        Map.of(
            "bootstrap.servers", TestBroker.address(),
            "metadata.max.age.ms", "100",
            "max.block.ms", "2000");
    Running run = ship(new KafkaSettings(forgetful));
    awaitTrue(() -> run.figures.acknowledged() == 10);
    TestTopics.delete(topic);
    append(1000);

    assertEquals(Shipper.Outcome.EQUAL, run.finish());
    assertTopicEqualsFile();
  }

  @Test
  void shipsAgainFromRowZeroWhenTheTopicCameBackEmpty() throws Exception {
    append(100);
    Running run = ship();
    awaitTrue(() -> run.figures.acknowledged() == 100);
    TestTopics.delete(topic);
    TestTopics.create(topic, 1, Map.of());
    append(50);

    assertEquals(Shipper.Outcome.EQUAL, run.finish());

    assertTopicEqualsFile();
    assertEquals("-1", TestTopics.config(topic).get("retention.ms"));
  }

  @Test
  void stopsAtAForeignRecordAndSaysWhere() throws Exception {
    TestTopics.create(topic, 1, Map.of());
    TestTopics.send(topic, "not ours");
    append(5);

    Running run = ship();

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(run.shipper.problem().contains("offset 0"), run.shipper.problem());
  }

  @Test
  void noticesAForeignRecordBehindItsOwn() throws Exception {
    append(5);
    Running run = ship();
    awaitTrue(() -> run.figures.acknowledged() == 5);
    TestTopics.send(topic, "not ours");
    append(5);

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(run.shipper.problem().contains("did not write"), run.shipper.problem());
    assertEquals(6, TestTopics.committed(topic).size(), "nothing after the foreign record");
  }

  @Test
  void stopsAtAnotherFilesRowsAndNamesTheFirst() throws Exception {
    append(5);
    ship().finish();
    journal.close();
    List<String> lines = Files.readAllLines(file);
    lines.set(3, "changed");
    Files.write(file, lines);
    journal = Journal.open(file);
    append(1);

    Running run = ship();

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(
        run.shipper.problem().contains("row 3 (line 4, offset 3) differs: changed in the file, "),
        run.shipper.problem());
    assertEquals(5, TestTopics.committed(topic).size());
  }

  @Test
  void stopsWhenTheTopicHoldsMoreThanTheFile() throws Exception {
    append(5);
    ship().finish();
    journal.close();
    Files.write(file, Files.readAllLines(file).subList(0, 4));
    journal = Journal.open(file);

    Running run = ship();

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    String problem = run.shipper.problem();
    assertTrue(problem.contains("row 4 (offset 4) is in the topic and not in the file"), problem);
  }

  @Test
  void stopsWhenTheTopicsBeginningWasDeleted() throws Exception {
    append(5);
    ship().finish();
    try (Admin admin = TestTopics.admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(2)))
          .all()
          .get();
    }
    append(1);

    Running run = ship();

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(run.shipper.problem().contains("lost its beginning"), run.shipper.problem());
  }

  @Test
  void stopsAtATopicWithTwoPartitions() throws Exception {
    TestTopics.create(topic, 2, Map.of());
    append(1);

    Running run = ship();

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(run.shipper.problem().contains("2 partitions"), run.shipper.problem());
  }

  @Test
  void stopsAtANameThatCollidesWithAnother() throws Exception {
    TestTopics.create(topic.replace('.', '_'), 1, Map.of());
    append(1);

    Running run = ship();

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(run.shipper.problem().contains("collides"), run.shipper.problem());
  }

  @Test
  void twoShippersOfOneEpisodeFenceEachOtherAndTheRowsStayExact() throws Exception {
    append(2000);
    Running first = ship();
    awaitTrue(() -> first.figures.acknowledged() > 0);
    Running second = ship();
    append(2000);
    second.finish();
    first.finish();

    assertTopicEqualsFile();
    assertEquals(4000, TestTopics.committed(topic).size());
  }

  @Test
  void aSecondFencingWithoutACommitInBetweenIsTheEnd() throws Exception {
    append(5);
    // A rival that takes over the transactional id whenever ours has just been initialised.
    Supplier<byte[]> rival =
        () -> {
          try (KafkaProducer<byte[], byte[]> producer =
              TestTopics.producer(episode.transactionalId())) {
            producer.initTransactions();
          }
          return "open".getBytes(UTF_8);
        };
    Running run = new Running(TestTopics::settings, rival);

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(run.shipper.problem().contains("fenced twice"), run.shipper.problem());
    assertEquals(0, TestTopics.committed(topic).size());
  }

  @Test
  void brokersThatCanNotEvenBeNamedAreTheEndAfterAFewTries() throws Exception {
    append(1);
    Running run =
        new Running(
            () -> {
              throw new IOException("no broker today");
            },
            () -> null);

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    assertTrue(run.shipper.problem().contains("no broker today"), run.shipper.problem());
  }

  @Test
  void nothingIsCommittedOfWhatSomebodyElseHasPutIntoTheFile() throws Exception {
    append(1_000);
    byte[] ours = Files.readAllBytes(file);
    byte[] digit = ours.clone();
    digit[digit.length / 2] ^= 1;
    byte[] nuls = ours.clone();
    Arrays.fill(nuls, 100, 160, (byte) 0);
    byte[] tooLong = ours.clone();
    Arrays.fill(tooLong, 100, tooLong.length - 100, (byte) 0);
    byte[] cut = Arrays.copyOf(ours, ours.length / 2);
    for (byte[] altered : List.of(digit, nuls, tooLong, cut, new byte[0])) {
      Files.write(file, altered);
      Running run = ship();
      assertEquals(Shipper.Outcome.STOPPED, run.finish());
      String problem = run.shipper.problem();
      assertTrue(problem.startsWith(file + " was altered by somebody else: "), problem);
      assertEquals(List.of(), TestTopics.committed(topic));
    }
    Files.write(file, ours);
    assertEquals(Shipper.Outcome.EQUAL, ship().finish());
    assertTopicEqualsFile();
  }

  @Test
  void whatWasAlteredAfterItWasShippedIsTheFilesFault() throws Exception {
    append(10);
    byte[] ours = Files.readAllBytes(file);
    Running run = ship();
    awaitTrue(() -> run.figures.acknowledged() == 10);
    byte[] altered = ours.clone();
    altered[altered.length / 2] ^= 1;
    Files.write(file, altered);
    append(10);

    assertEquals(Shipper.Outcome.STOPPED, run.finish());
    String problem = run.shipper.problem();
    assertTrue(problem.contains("was altered by somebody else: some of lines 1 to 20"), problem);
    assertEquals(20, TestTopics.committed(topic).size(), "the rows behind it are ours");
  }

  @Test
  void whatWaitsInAnOutageIsForcedToDiskAllTheSame() throws Exception {
    AtomicLong forced = new AtomicLong();
    source =
        new JournalSource() {
          @Override
          public Path path() {
            return journal.path();
          }

          @Override
          public long length() {
            return journal.length();
          }

          @Override
          public long force() throws IOException {
            forced.set(journal.force());
            return forced.get();
          }

          @Override
          public int read(ByteBuffer into, long position) throws IOException {
            return journal.read(into, position);
          }
        };
    append(3);
    Running run = ship(nobodyThere());
    awaitTrue(() -> forced.get() == journal.length());
    append(3);
    awaitTrue(() -> forced.get() == journal.length());
    run.thread.abandon();
    assertEquals(0, run.figures.acknowledged());
  }

  private static KafkaSettings nobodyThere() {
    return new KafkaSettings(
        Map.of(
            "bootstrap.servers", "127.0.0.1:1",
            "request.timeout.ms", "200",
            "default.api.timeout.ms", "300"));
  }

  @Test
  void brokersThatMovedAreFoundAgain() throws Exception {
    append(3);
    AtomicInteger asked = new AtomicInteger();
    Running run =
        new Running(
            () -> asked.getAndIncrement() == 0 ? nobodyThere() : TestTopics.settings(),
            () -> "open".getBytes(UTF_8));

    assertEquals(Shipper.Outcome.EQUAL, run.finish());
    assertEquals(2, asked.get());
    assertTopicEqualsFile();
  }

  @Test
  void manyRowsTakeSeveralTransactions() throws Exception {
    append(90_000);

    Running run = ship();
    assertEquals(Shipper.Outcome.EQUAL, run.finish());

    assertTopicEqualsFile();
    double commits = run.registry.get(ShipFigures.COMMITS).functionCounter().count();
    assertTrue(commits >= 3, commits + " commits");
    assertNotEquals(
        0, run.registry.get(ShipFigures.TRANSACTION).timer().totalTime(TimeUnit.NANOSECONDS));
  }

  @Test
  void anEmptyFileMakesAnEmptyTopic() throws Exception {
    Running run = ship();
    assertEquals(Shipper.Outcome.EQUAL, run.finish());
    assertNull(run.shipper.problem());
    assertEquals(0, TestTopics.committed(topic).size());
  }

  @Test
  void aShortTimeLimitReturnsWhileShippingGoesNowhere() throws Exception {
    append(1);
    KafkaSettings nobody = new KafkaSettings(Map.of("bootstrap.servers", "127.0.0.1:1"));
    Running run = ship(nobody);
    run.thread.complete();
    assertEquals(Shipper.Outcome.SHIPPING, run.thread.await(Duration.ofMillis(200)));
    awaitTrue(() -> run.shipper.problem() != null);
    assertEquals(1, run.figures.pending());
    run.thread.abandon();
  }

  private void append(int lines) {
    for (int i = 0; i < lines; i++) {
      String line = "{\"row\": " + written + ", \"text\": \"" + "x".repeat(written % 97) + "\"}\n";
      assertTrue(journal.append(ByteBuffer.wrap(line.getBytes(UTF_8))));
      written++;
    }
  }

  private void assertTopicEqualsFile() throws Exception {
    assertArrayEquals(Files.readAllBytes(file), TestTopics.asFile(TestTopics.committed(topic)));
  }

  /** Behind its first record nothing is read as committed, so that nothing may be sent. */
  @Tag("long")
  @Test
  void aTransactionOfSomebodyElseIsWaitedForAndNamed() throws Exception {
    append(10);
    assertEquals(Shipper.Outcome.EQUAL, ship().finish());
    String other = "somebody-else-" + episode.value();
    try (KafkaProducer<byte[], byte[]> older = TestTopics.producer("older-" + other);
        KafkaProducer<byte[], byte[]> producer = TestTopics.producer(other);
        Admin admin = TestTopics.admin()) {
      older.initTransactions();
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, 0, null, "not ours".getBytes(UTF_8))).get();
      older.beginTransaction();
      older.send(new ProducerRecord<>(topic, 0, null, "nor this".getBytes(UTF_8))).get();
      long end = lastOffset(admin);
      append(10);
      Running run = ship();
      awaitTrue(() -> String.valueOf(run.shipper.problem()).contains("a transaction is open in "));
      String problem = run.shipper.problem();
      assertTrue(problem.contains(" from offset " + (end - 2) + " on, of producer "), problem);
      assertTrue(problem.contains("(" + other + "); the brokers end it when its time"), problem);
      assertEquals(end, lastOffset(admin), "nothing is sent meanwhile");
      producer.abortTransaction();
      older.abortTransaction();
      assertEquals(Shipper.Outcome.EQUAL, run.finish());
    }
    assertTopicEqualsFile();
  }

  /** A collector that was killed while it published leaves one open for 30 s. */
  @Test
  void aManifestOfAnotherEpisodeThatIsNotCommittedHoldsUpNoNewEpisode() throws Exception {
    manifests = TestTopics.newName("open-manifests");
    TestTopics.create(manifests, 1, Map.of());
    append(10);
    try (KafkaProducer<byte[], byte[]> other = TestTopics.producer("other-" + episode.value())) {
      other.initTransactions();
      other.beginTransaction();
      other.send(new ProducerRecord<>(manifests, 0, "another".getBytes(UTF_8), null)).get();
      Running run = ship();
      awaitTrue(() -> run.figures.acknowledged() == 10);
      assertEquals(0, run.figures.failures());
      other.abortTransaction();
      assertEquals(Shipper.Outcome.EQUAL, run.finish());
    }
    assertTopicEqualsFile();
  }

  /** It may say that the episode is retired. */
  @Tag("long")
  @Test
  void aManifestOfTheEpisodeThatIsNotCommittedIsWaitedFor() throws Exception {
    manifests = TestTopics.newName("hidden-manifest");
    TestTopics.create(manifests, 1, Map.of());
    append(10);
    byte[] own = episode.value().getBytes(UTF_8);
    try (KafkaProducer<byte[], byte[]> other = TestTopics.producer("other-" + episode.value())) {
      other.initTransactions();
      other.beginTransaction();
      other.send(new ProducerRecord<>(manifests, 0, "another".getBytes(UTF_8), null)).get();
      other.send(new ProducerRecord<>(manifests, 0, own, "retired".getBytes(UTF_8))).get();
      Running run = ship();
      awaitTrue(() -> String.valueOf(run.shipper.problem()).contains("a transaction is open in "));
      assertEquals(0, run.figures.acknowledged());
      other.abortTransaction();
      assertEquals(Shipper.Outcome.EQUAL, run.finish());
    }
    assertTopicEqualsFile();
  }

  /** All collectors share the manifests' topic: rows do not wait for it. */
  @Test
  void rowsAreShippedThoughTheManifestsTopicTakesNothing() throws Exception {
    manifests = TestTopics.newName("no-manifests");
    TestTopics.create(manifests, 1, Map.of("max.message.bytes", "10"));
    append(100);
    Map<String, String> own = new HashMap<>(IMPATIENT);
    own.put("bootstrap.servers", TestBroker.address());
    Running run = ship(new KafkaSettings(own));
    awaitTrue(() -> run.figures.acknowledged() == 100);
    append(50);
    awaitTrue(() -> run.figures.acknowledged() == 150);
    assertEquals(150, TestTopics.committed(topic).size());
    assertEquals(List.of(), TestTopics.committed(manifests));
    run.thread.abandon();
  }

  /**
   * A recovery that leads to no commit does not shorten the wait before the next one: else what is
   * sent and aborted would grow without limit.
   */
  @Tag("long")
  @Test
  void theWaitGrowsUntilABatchIsCommitted() throws Exception {
    append(10);
    assertEquals(Shipper.Outcome.EQUAL, ship().finish());
    append(10);
    try (KafkaProducer<byte[], byte[]> stranger = TestTopics.producer("s-" + episode.value())) {
      stranger.initTransactions();
      Meddler meddler = new Meddler(journal, () -> writeAndAbort(stranger));
      source = meddler;
      Running run = ship();
      awaitTrue(() -> run.figures.failures() == 6);
      long failedNs = System.nanoTime();
      awaitTrue(() -> run.figures.failures() == 7);
      // The sixth wait is up to 3.2 s, and at least half of that.
      long tookMs = (System.nanoTime() - failedNs) / 1_000_000;
      assertTrue(tookMs >= 1_600, tookMs + " ms");
      meddler.stops = true;
      assertEquals(Shipper.Outcome.EQUAL, run.finish());
    }
    assertTopicEqualsFile();
  }

  private void writeAndAbort(KafkaProducer<byte[], byte[]> stranger) {
    stranger.beginTransaction();
    stranger.send(new ProducerRecord<>(topic, 0, null, "not ours".getBytes(UTF_8)));
    stranger.flush();
    stranger.abortTransaction();
  }

  /** Does something in the topic after it was looked at, and before anything is sent. */
  private static final class Meddler implements JournalSource {

    private final JournalSource file;
    private final Runnable beforeSending;
    private volatile boolean stops;

    private Meddler(JournalSource file, Runnable beforeSending) {
      this.file = file;
      this.beforeSending = beforeSending;
    }

    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public long length() {
      return file.length();
    }

    @Override
    public long force() throws IOException {
      if (!stops) {
        beforeSending.run();
      }
      return file.force();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }
  }

  private long lastOffset(Admin admin) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    return admin
        .listOffsets(
            Map.of(partition, OffsetSpec.latest()),
            new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
        .partitionResult(partition)
        .get()
        .offset();
  }

  private Running ship() {
    return ship(TestTopics.settings());
  }

  private Running ship(KafkaSettings settings) {
    return new Running(() -> settings, () -> "open".getBytes(UTF_8));
  }

  private Shipper shipper(Connector connector, Supplier<byte[]> opening, ShipFigures figures) {
    ShipJob job =
        new ShipJob(
            source == null ? journal : source,
            JournalCursor.Keep.ALL,
            new Replica(episode, RowFormat.headers(), manifests),
            new TestManifests(opening),
            Duration.ofMillis(20),
            false,
            LoggerFactory.getLogger(ShipperTest.class));
    return new Shipper(job, connector, figures);
  }

  /** A shipper on a thread of its own. */
  private final class Running {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ShipFigures figures =
        new ShipFigures(registry, Tags.of("episode", episode.value()), journal::lines);
    private final Shipper shipper;
    private final ShipperThreads.Task thread;

    private Running(Connector connector, Supplier<byte[]> opening) {
      shipper = shipper(connector, opening, figures);
      thread = ShipperThreads.step(shipper);
    }

    private Shipper.Outcome finish() throws InterruptedException {
      thread.complete();
      return thread.await(LIMIT);
    }
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "waited in vain");
      LockSupport.parkNanos(1_000_000);
    }
  }
}
