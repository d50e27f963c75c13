package io.isotherm.client;

import io.isotherm.kafka.BrokerProblem;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The two Kafka clients of a run, and what is said when they do not get through. */
final class RunKafka {

  private static final Duration MAX_BLOCK = Duration.ofSeconds(3);

  /** A broker that is away is asked for at most every five seconds, so that Kafka's log is calm. */
  private static final Map<String, Object> CALM =
      Map.of(
          CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG,
          250L,
          CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG,
          5_000L);

  /**
   * A chunk fits into a batch, whose buffer is then one of a pool: with Kafka's 16 KB each chunk
   * would get a new buffer, and the heap a second copy of all that is sent.
   */
  private static final int BATCH_BYTES = 1_000_000;

  private static final Map<String, Object> PRODUCER = new HashMap<>(CALM);

  static {
    PRODUCER.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
    PRODUCER.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    PRODUCER.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK.toMillis());
    PRODUCER.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    PRODUCER.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
  }

  private final KafkaSettings settings;
  private final String clientId;

  RunKafka(KafkaSettings settings, String run) {
    this.settings = settings;
    this.clientId = "isotherm-" + run;
  }

  /** A new producer; throws what Kafka throws if it refuses the settings. */
  Producer<String, byte[]> producer() {
    return KafkaClients.producer(settings, clientId, PRODUCER);
  }

  /** A new consumer; throws what Kafka throws if it refuses the settings. */
  Consumer<String, byte[]> consumer() {
    return KafkaClients.reader(settings, clientId, CALM);
  }

  /** In one line what is wrong, without a secret. */
  String problem(Exception thrown) {
    return BrokerProblem.line(settings, thrown, MAX_BLOCK);
  }
}
