package io.isotherm.client;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The settings of the two Kafka clients of a run. The user's come over the defaults, and what the
 * client's promises rest on over the user's.
 */
final class KafkaSettings {

  private KafkaSettings() {}

  static Map<String, Object> producer(ClientConfig config, String run) {
    Map<String, Object> settings = common(run);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(32L << 20));
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "3000");
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "30000");
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    settings.putAll(config.kafkaProperties());
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    return settings;
  }

  static Map<String, Object> consumer(ClientConfig config, String run) {
    Map<String, Object> settings = common(run);
    settings.putAll(config.kafkaProperties());
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return settings;
  }

  /** A broker that is away is asked for at most every five seconds, so that Kafka's log is calm. */
  private static Map<String, Object> common(String run) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, "isotherm-" + run);
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, "250");
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "5000");
    settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, "false");
    return settings;
  }
}
