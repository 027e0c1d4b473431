package cis490.hostproc.cli;

import cis490.hostproc.check.RowGate;
import cis490.hostproc.collect.Log;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.KnownManifest;
import cis490.hostproc.ship.ManifestFeed;
import cis490.hostproc.ship.Replica;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.ShipJob;
import cis490.hostproc.ship.Shipper;
import cis490.hostproc.ship.ShippingStoppedException;
import cis490.hostproc.ship.Standstill;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * One run of {@code hostproc ship}: checks the file before anything is sent, has the shipper ship
 * it, and closes the episode if nobody else will.
 */
final class Shipment implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /** After a signal: the last rows of a file that was followed, and their proof. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private static final Duration STOP_MARGIN = Duration.ofMinutes(10);
  private static final int BAR_WIDTH = 20;

  private final ShipCommand options;
  private final RowGate gate;
  private final ManifestFile manifestFile;
  private final StatusLine status = new StatusLine(System.err);

  private JournalReader reader;
  private KafkaConnection connection;
  private KnownManifest inKafka;
  private ShipFigures figures;
  private Shipper shipper;
  private Shipper.Outcome outcome = Shipper.Outcome.SHIPPING;
  private long startedNs;
  private long shippingSinceNs;
  private long tookNs;

  /** What is known of the episode from before; null for a file that hostproc did not record. */
  private volatile Manifest known;

  /** Set by the shipper's thread, once all has arrived. */
  private volatile Manifest sealed;

  private volatile boolean stopped;

  Shipment(ShipCommand options) {
    this.options = options;
    this.gate = new RowGate(options.file(), options.skipInvalid());
    this.manifestFile = ManifestFile.beside(options.file());
  }

  int run() throws FailedException, InterruptedException {
    StopSignal.onStop(() -> stopped = true, STOP_LIMIT.plus(STOP_MARGIN));
    open();
    check();
    startShipping();
    outcome = watch();
    shipper.abandon();
    status.clear();
    if (outcome == Shipper.Outcome.EQUAL) {
      keepManifest();
    }
    return outcome == Shipper.Outcome.EQUAL ? 0 : 1;
  }

  private void open() throws FailedException {
    try {
      reader = JournalReader.open(options.file());
      known = manifestFile.read().map(this::underItsName).orElse(null);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(options.file(), failure), failure);
    }
    if (known != null && !known.beginning().episodeId().equals(options.episode().value())) {
      throw new FailedException(
          options.file()
              + " is of the episode "
              + Text.printable(known.beginning().episodeId())
              + (sealed(known) ? "" : "; --renamed ships it under another name"));
    }
    if (known != null && known.state() == Manifest.State.RETIRED) {
      throw new FailedException(
          options.file()
              + " is of a retired episode ("
              + manifestFile.path()
              + "): with a topic made anew the lake would have its rows twice");
    }
    String alteration =
        known == null ? null : known.alterationOf(reader.length() + reader.tornBytes());
    if (alteration != null) {
      throw new FailedException(
          Text.printable(alteration)
              + ", while it was recorded: it is not what was sampled. To ship it as it is, move "
              + manifestFile.path()
              + " away");
    }
    if (!options.follow() && reader.beingWritten()) {
      throw new FailedException(
          options.file() + " is being written by a collector; --follow ships it while it grows");
    }
  }

  /** What a topic has taken keeps its name. */
  private Manifest underItsName(Manifest manifest) {
    return options.renamed() && !sealed(manifest) ? manifest.renamed(options.episode()) : manifest;
  }

  private static boolean sealed(Manifest manifest) {
    return manifest.state().compareTo(Manifest.State.SEALED) >= 0;
  }

  /** All that is there, before anything is sent. */
  private void check() throws FailedException {
    long end = reader.length();
    long lines = reader.lines();
    JournalCursor cursor = JournalCursor.atStart(reader, gate::look);
    String chainThen = null;
    long endedBytes = endedBytes();
    try {
      startedNs = System.nanoTime();
      while (!stopped && cursor.next(end) != null) {
        if (cursor.position() == endedBytes) {
          chainThen = cursor.chain();
        }
        if (cursor.lines() % 10_000 == 0) {
          show("checking  " + bar(cursor.lines(), lines));
        }
      }
      requireUnaltered(cursor);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(options.file(), failure), failure);
    } finally {
      status.clear();
    }
    if (gate.invalidLines() > 0 && !options.skipInvalid()) {
      throw new FailedException(refusal());
    }
    requireFileOfManifest(endedBytes, chainThen, end);
  }

  /** What was checked must be what the shipper will hold the file against. */
  private void requireUnaltered(JournalCursor checked) throws IOException, FailedException {
    String alteration = reader.alteration(checked);
    if (alteration != null) {
      throw new FailedException(alteration);
    }
  }

  private String refusal() {
    long more = gate.invalidLines() - 1;
    return gate.firstProblem()
        + (more > 0 ? String.format(Locale.ROOT, " (and %,d more lines)", more) : "")
        + "; --skip-invalid leaves such lines out";
  }

  private long endedBytes() {
    boolean ended = known != null && known.ending().bytes() != null;
    return ended ? known.ending().bytes() : -1;
  }

  /** A file that has lost rows since its episode ended must not be taken for all of it. */
  private void requireFileOfManifest(long endedBytes, String chainThen, long end)
      throws FailedException {
    if (endedBytes > end) {
      throw new FailedException(
          String.format(
              Locale.ROOT,
              "%s has %,d bytes of complete rows, and when its episode ended it had %,d (%s)",
              options.file(),
              end,
              endedBytes,
              manifestFile.path()));
    }
    String chain = endedBytes > 0 ? known.ending().chain() : null;
    if (!stopped && chain != null && !chain.equals(chainThen)) {
      throw new FailedException(
          options.file()
              + " was altered after its episode ended: see chain in "
              + manifestFile.path());
    }
  }

  private void startShipping() {
    figures =
        new ShipFigures(
            new SimpleMeterRegistry(),
            Tags.of(ShipFigures.EPISODE_TAG, options.episode().value()),
            this::rows);
    EpisodeId episode = options.episode();
    ShipJob job =
        new ShipJob(
            reader,
            gate,
            Replica.of(episode, RowFormat.headers()),
            new Manifests(),
            options.linger(),
            true);
    connection = options.kafka().connection();
    inKafka = new KnownManifest(episode, connection);
    shipper = new Shipper(job, inKafka, figures);
    if (!options.follow()) {
      shipper.complete();
    }
    startedNs = System.nanoTime();
    Thread shipping = new Thread(shipper, "hostproc-shipper");
    shipping.setDaemon(true);
    shipping.start();
  }

  private long rows() {
    return reader.lines() - (options.skipInvalid() ? gate.invalidLines() : 0);
  }

  private Shipper.Outcome watch() throws InterruptedException {
    long movedAtNs = System.nanoTime();
    long moved = -1;
    Standstill standstill = new Standstill(Standstill.AFTER, movedAtNs);
    Duration limit = options.giveUpAfter();
    boolean complete = !options.follow();
    Shipper.Outcome now = shipper.await(LOOK_EVERY);
    while (now == Shipper.Outcome.SHIPPING) {
      long progress = figures.found() + figures.acknowledged() + figures.rowsReadBack();
      if (progress != moved) {
        moved = progress;
        movedAtNs = System.nanoTime();
      }
      if (limit != null && System.nanoTime() - movedAtNs > limit.toNanos()) {
        return now;
      }
      if (stopped && !options.follow()) {
        return now;
      }
      if (!complete && (stopped || endedByItsCollector())) {
        complete = true;
        limit = STOP_LIMIT;
        movedAtNs = System.nanoTime();
        shipper.complete();
      }
      standstill.look(shipper, figures, System.nanoTime());
      show(progress());
      now = shipper.await(LOOK_EVERY);
    }
    tookNs = System.nanoTime() - startedNs;
    return now;
  }

  /** The collector that wrote the file says so in its manifest, and is gone. */
  private boolean endedByItsCollector() {
    if (reader.beingWritten()) {
      return false;
    }
    readManifest();
    return known != null && known.state() != Manifest.State.OPEN;
  }

  private void readManifest() {
    try {
      known = manifestFile.read().map(this::underItsName).orElse(known);
    } catch (IOException unreadable) {
      Log.get().debug("what was known before must do", unreadable);
    }
  }

  private Manifest known() {
    Manifest recorded = known;
    return recorded != null
        ? recorded
        : Manifest.imported(
            Manifest.Beginning.imported(
                options.episode(),
                RowFormat.SOURCE,
                RowFormat.AVAILABLE_IN_DEPLOYMENT,
                RowFormat.SCHEMA_ID,
                gate.firstWallNs()));
  }

  /** As Kafka gets it. */
  private final class Manifests implements ManifestFeed {

    @Override
    public byte[] now() throws Exception {
      return announced();
    }

    @Override
    public byte[] sealed(JournalCursor end) throws Exception {
      return seal(end);
    }
  }

  /** On the shipper's thread: with what Kafka knows better, if that is of this file. */
  private byte[] announced() throws Exception {
    return knownAnywhere().toJson();
  }

  private Manifest knownAnywhere() throws Exception {
    Manifest beside = known();
    Manifest elsewhere = inKafka.read();
    if (elsewhere == null) {
      return beside;
    }
    if (beside.isOfOtherRecordingThan(elsewhere)) {
      throw inKafka.otherRecording(elsewhere, reader);
    }
    inKafka.requireSameFile(elsewhere, reader);
    return beside.keeping(elsewhere);
  }

  /** On the shipper's thread. Where a collector is still at work, the end is its own affair. */
  private byte[] seal(JournalCursor end) throws Exception {
    if (reader.beingWritten()) {
      readManifest();
      return announced();
    }
    readManifest();
    String other = reader.changeSince(end.position());
    if (other != null && !options.follow()) {
      throw new ShippingStoppedException(
          options.file() + " " + other + ": not sealed; ship it again, or --follow it");
    }
    if (other != null) {
      // Asked to stop while others go on: the end is theirs.
      return announced();
    }
    String alteration = known == null ? null : known.alterationOf(end.position());
    if (alteration != null) {
      throw new ShippingStoppedException(alteration + ", while it was recorded");
    }
    Manifest before = knownAnywhere();
    boolean open = before.state() == Manifest.State.OPEN;
    Manifest.Ending ending =
        new Manifest.Ending(
            open ? gate.lastWallNs() : before.ending().endedWallNs(),
            open ? EndReason.UNKNOWN : before.ending().endReason(),
            open ? null : before.ending().exitCode(),
            end.lines(),
            options.skipInvalid() ? end.skipped() : null,
            end.position(),
            null,
            null);
    sealed = before.ended(ending).sealed(end.chain(), end.lines());
    return sealed.toJson();
  }

  private void keepManifest() {
    if (sealed == null || reader.beingWritten()) {
      return;
    }
    try {
      Manifest beside = manifestFile.read().orElse(null);
      if (beside != null && beside.isOfOtherRecordingThan(sealed)) {
        throw new IOException(manifestFile.path() + " is of another recording by now");
      }
      manifestFile.write(sealed.keeping(beside));
    } catch (IOException failure) {
      Log.get()
          .info(
              "the sealed manifest is in Kafka alone: {}",
              FileFailure.describe(manifestFile.path(), failure));
    }
  }

  private void show(String line) {
    status.show(Duration.ofNanos(System.nanoTime() - startedNs), line);
  }

  private String progress() {
    if (figures.found() < 0) {
      return String.format(Locale.ROOT, "waiting for Kafka, to ship %,d rows", rows());
    }
    if (shippingSinceNs == 0) {
      // The way to the first answer, a broker's start perhaps, says nothing about the rate.
      shippingSinceNs = System.nanoTime();
    }
    long shipped = figures.acknowledged();
    if (figures.rowsReadBack() > 0) {
      return "reading back  " + bar(figures.rowsReadBack(), shipped);
    }
    double perSecond = rate();
    String rate = String.format(Locale.ROOT, "  %,.0f rows/s", perSecond);
    if (options.follow()) {
      return String.format(Locale.ROOT, "%,d rows shipped  %,d waiting", shipped, figures.pending())
          + rate;
    }
    return bar(shipped, rows()) + rate + timeLeft(perSecond);
  }

  private String timeLeft(double perSecond) {
    if (perSecond == 0) {
      return "";
    }
    long seconds = (long) Math.ceil(figures.pending() / perSecond);
    return String.format(
        Locale.ROOT, "  %02d:%02d:%02d left", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private double rate() {
    return shippedNow() / Math.max(1e-3, (System.nanoTime() - shippingSinceNs) / 1e9);
  }

  /** By this run; a topic that was lost meanwhile can make it less than none. */
  private long shippedNow() {
    return Math.max(0, figures.acknowledged() - Math.max(0, figures.found()));
  }

  private static String bar(long done, long all) {
    int filled = all == 0 ? BAR_WIDTH : (int) (BAR_WIDTH * Math.min(done, all) / all);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3d %%  %,d of %,d rows",
        "#".repeat(filled),
        ".".repeat(BAR_WIDTH - filled),
        all == 0 ? 100 : 100 * Math.min(done, all) / all,
        done,
        all);
  }

  /** What came out of it, for people. */
  private String took() {
    long shippingNs = figures.shippingSinceNs();
    long readingBackNs = figures.readingBackSinceNs();
    return String.format(
        Locale.ROOT,
        " in %.2f s, read back in %.2f s (connected in %.2f s)",
        (readingBackNs - shippingNs) / 1e9,
        (startedNs + tookNs - readingBackNs) / 1e9,
        (shippingNs - startedNs) / 1e9);
  }

  String report() {
    Report lines = new Report();
    boolean equal = outcome == Shipper.Outcome.EQUAL;
    lines.add("episode", "%s%s", options.episode(), sealed == null ? "" : ": sealed");
    lines.add("file", "%s, %s%s", options.file(), Report.size(reader.knownLength()), torn());
    lines.add(
        "rows",
        "%,d shipped%s, %,d were in the topic already",
        shippedNow(),
        equal ? took() : "",
        Math.max(0, figures.found()));
    if (options.skipInvalid()) {
      lines.add("lines skipped", "%s", skipped());
    }
    lines.add("topic", "%s, %,d rows", options.episode().topic(), figures.acknowledged());
    lines.add("topic equals file", "%s", equality());
    if (equal) {
      return lines.toString();
    }
    String another =
        ShipCommand.underAnotherName(
            shipper.problem(), options.episode(), options.file(), options.kafka());
    if (outcome == Shipper.Outcome.SHIPPING) {
      lines.add(
          "next",
          "%s",
          shippedNow() > 0
              ? "the same command again goes on where the topic ends"
              : "the same command again, once Kafka takes rows");
    } else if (another != null) {
      lines.add("next", "%s", another);
    }
    return lines.toString();
  }

  private String torn() {
    long bytes = reader.tornBytes();
    return bytes == 0
        ? ""
        : String.format(Locale.ROOT, ", and %,d bytes of a row that is not complete", bytes);
  }

  private String skipped() {
    return gate.invalidLines() == 0
        ? "0"
        : String.format(Locale.ROOT, "%,d, the first %s", gate.invalidLines(), gate.firstProblem());
  }

  private String equality() {
    return switch (outcome) {
      case EQUAL -> "yes";
      case STOPPED -> "no: " + shipper.problem();
      case SHIPPING ->
          String.format(Locale.ROOT, "not yet: %,d rows not shipped", figures.pending())
              + Optional.ofNullable(shipper.problem()).map(why -> " (" + why + ")").orElse("");
    };
  }

  @Override
  public void close() throws IOException {
    status.clear();
    if (shipper != null) {
      shipper.abandon();
    }
    if (connection != null) {
      connection.close();
    }
    if (reader != null) {
      reader.close();
    }
  }
}
