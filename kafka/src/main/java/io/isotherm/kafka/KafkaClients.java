package io.isotherm.kafka;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Kafka's clients as Isotherm uses them. A part's own defaults come first, the user's settings over
 * them, and what the promises of Isotherm rest on over these. A client is given only the settings
 * that it has, so that one file serves producers, consumers and admin clients.
 */
public final class KafkaClients {

  private static final Set<String> PRODUCER = ProducerConfig.configNames();
  private static final Set<String> CONSUMER = ConsumerConfig.configNames();
  private static final Set<String> ADMIN = AdminClientConfig.configNames();

  private KafkaClients() {}

  /**
   * A producer of {@link io.isotherm.contracts.codec.WireRecord}s: acknowledged by all replicas,
   * idempotent, and of messages as large as the topics take.
   *
   * @param defaults of this part, under Kafka's own names
   * @throws org.apache.kafka.common.KafkaException if the settings are refused
   */
  public static Producer<String, byte[]> producer(
      KafkaSettings settings, String clientId, Map<String, ?> defaults) {
    return new KafkaProducer<>(
        producerSettings(settings, clientId, defaults),
        new StringSerializer(),
        new ByteArraySerializer());
  }

  static Map<String, Object> producerSettings(
      KafkaSettings settings, String clientId, Map<String, ?> defaults) {
    Map<String, Object> all = merged(settings, clientId, defaults, PRODUCER);
    all.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topic.MAX_MESSAGE_BYTES);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    return all;
  }

  /**
   * A consumer without a group, which is told its partitions and offsets and commits nothing. It
   * reads only what has been committed, and creates no topic.
   *
   * @param defaults of this part, under Kafka's own names
   * @throws org.apache.kafka.common.KafkaException if the settings are refused
   */
  public static Consumer<String, byte[]> reader(
      KafkaSettings settings, String clientId, Map<String, ?> defaults) {
    return new KafkaConsumer<>(
        readerSettings(settings, clientId, defaults),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }

  static Map<String, Object> readerSettings(
      KafkaSettings settings, String clientId, Map<String, ?> defaults) {
    Map<String, Object> all = merged(settings, clientId, defaults, CONSUMER);
    all.remove(ConsumerConfig.GROUP_ID_CONFIG);
    all.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return all;
  }

  /**
   * An admin client that gives up a request after {@code timeout}.
   *
   * @throws org.apache.kafka.common.KafkaException if the settings are refused
   */
  public static Admin admin(KafkaSettings settings, String clientId, Duration timeout) {
    int millis = (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toMillis()));
    Map<String, Object> all = merged(settings, clientId, Map.of(), ADMIN);
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(millis, 30_000));
    all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    return Admin.create(all);
  }

  private static Map<String, Object> merged(
      KafkaSettings settings, String clientId, Map<String, ?> defaults, Set<String> names) {
    Map<String, Object> all = new HashMap<>();
    all.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    all.putAll(defaults);
    Set<String> others = new HashSet<>(PRODUCER);
    others.addAll(CONSUMER);
    others.addAll(ADMIN);
    others.removeAll(names);
    settings
        .requireConsistent()
        .properties()
        .forEach(
            (name, value) -> {
              if (!others.contains(name)) {
                all.put(name, value);
              }
            });
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    return all;
  }
}
