package cis490.hostproc.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.kafka.KafkaSettings;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Assertions;

/** Looks at topics, and meddles with them, through plain clients that share no code with ours. */
public final class TestTopics {

  private TestTopics() {}

  /** The settings of ours that reach the tests' broker. */
  public static KafkaSettings settings() {
    return new KafkaSettings(Map.of("bootstrap.servers", TestBroker.address()));
  }

  public static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", TestBroker.address()));
  }

  public static String newName(String what) {
    return "test." + what + "." + UUID.randomUUID();
  }

  /** The offset behind the last record, committed or not; 0 if there is no topic. */
  public static long end(String address, String topic) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      TopicPartition partition = new TopicPartition(topic, 0);
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .offset();
    } catch (ExecutionException none) {
      return 0;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Everything committed, from the beginning; waits for open transactions to end. */
  public static List<ConsumerRecord<byte[], byte[]>> committed(String address, String topic) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", address);
    config.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(all::add);
      }
      return all;
    }
  }

  public static List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    return committed(TestBroker.address(), topic);
  }

  /** The values with their newlines: what the file should hold. */
  public static byte[] asFile(List<ConsumerRecord<byte[], byte[]>> records) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      file.writeBytes(record.value());
      file.write('\n');
    }
    return file.toByteArray();
  }

  /** What is committed, as text; nothing if there is no such topic yet. */
  public static String asFileIfThere(String address, String topic) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      boolean there = admin.listTopics().names().get().contains(topic);
      return there ? new String(asFile(committed(address, topic)), UTF_8) : "";
    } catch (InterruptedException | ExecutionException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  public static void create(String topic, int partitions, Map<String, String> settings)
      throws Exception {
    try (Admin admin = admin()) {
      NewTopic created = new NewTopic(topic, partitions, (short) 1).configs(settings);
      admin.createTopics(List.of(created)).all().get();
    }
  }

  /** As {@link #create}, for a topic that other tests may have made. */
  public static void createIfMissing(String topic, Map<String, String> settings) throws Exception {
    try {
      create(topic, 1, settings);
    } catch (ExecutionException failure) {
      if (!(failure.getCause() instanceof TopicExistsException)) {
        throw failure;
      }
    }
  }

  /** Until it is gone. */
  public static void delete(String topic) throws Exception {
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(topic)).all().get();
      long deadlineNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      while (admin.listTopics().names().get().contains(topic)) {
        Assertions.assertTrue(System.nanoTime() < deadlineNs, "not deleted: " + topic);
      }
    }
  }

  public static Map<String, String> config(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = admin()) {
      Map<String, String> config = new HashMap<>();
      admin
          .describeConfigs(List.of(resource))
          .all()
          .get()
          .get(resource)
          .entries()
          .forEach(entry -> config.put(entry.name(), entry.value()));
      return config;
    }
  }

  /** A stranger's producer; transactional if it has an id. */
  public static KafkaProducer<byte[], byte[]> producer(String transactionalId) {
    Properties config = new Properties();
    config.put("bootstrap.servers", TestBroker.address());
    if (transactionalId != null) {
      config.put("transactional.id", transactionalId);
    }
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  public static void send(String topic, String... values) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(topic, 0, null, value.getBytes(UTF_8))).get();
      }
    }
  }

  /** The records that a file's complete lines should be, made by no code of ours. */
  public static List<ProducerRecord<byte[], byte[]>> records(
      String topic, String key, byte[] file) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < file.length; i++) {
      if (file[i] == '\n') {
        byte[] line = Arrays.copyOfRange(file, start, i);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(topic, 0, key.getBytes(UTF_8), line);
        header(record, "source", "host_proc");
        header(record, "available_in_deployment", "false");
        header(record, "schema", "urn:cis490:hostproc:host_proc.row:1");
        header(record, "seq", Integer.toString(records.size()));
        header(record, "end", Integer.toString(i + 1));
        header(record, "chain", sha256(file, i + 1));
        records.add(record);
        start = i + 1;
      }
    }
    return records;
  }

  /** Replaces a header, or adds it. */
  public static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().remove(name).add(name, value.getBytes(UTF_8));
  }

  /** Sends records as any client may, into a topic that need not be there. */
  public static void send(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
      for (ProducerRecord<byte[], byte[]> record : records) {
        producer.send(record).get();
      }
    }
  }

  public static String sha256(byte[] bytes, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, 0, length);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
