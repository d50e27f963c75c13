package io.isotherm.client;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.decision.FactorBounds;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * How a training run reaches Kafka, and the bounds within which it is helped. {@link #of} has the
 * defaults, the {@code with} methods change one of them.
 *
 * @param bootstrapServers comma separated {@code host:port}
 * @param kafkaProperties further settings of the producer and the consumer under Kafka's own names,
 *     for example for TLS and SASL
 * @param bufferBytes off-heap memory for copies of weights that wait for the broker; at least one
 *     snapshot of all layers should fit
 * @param queueCapacity layer snapshots that may wait; never fewer than the run has layers
 * @param minFactor smallest factor that is believed
 * @param maxFactor largest factor that is believed
 * @param closeTimeout how long {@link TrainingRun#close()} waits for what is still to be sent
 */
public record ClientConfig(
    String bootstrapServers,
    Map<String, String> kafkaProperties,
    long bufferBytes,
    int queueCapacity,
    double minFactor,
    double maxFactor,
    Duration closeTimeout) {

  /** 256 MiB. */
  public static final long DEFAULT_BUFFER_BYTES = 256L << 20;

  /** Layer snapshots. */
  public static final int DEFAULT_QUEUE_CAPACITY = 256;

  /** Five seconds. */
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** Checks the bounds. */
  public ClientConfig {
    Checks.requireText("bootstrapServers of the client", bootstrapServers);
    kafkaProperties =
        Map.copyOf(Checks.requirePresent("kafkaProperties of the client", kafkaProperties));
    Checks.requirePositive("bufferBytes of the client", bufferBytes);
    Checks.requirePositive("queueCapacity of the client", (long) queueCapacity);
    Checks.requirePositive("minFactor of the client", minFactor);
    Checks.requirePositive("maxFactor of the client", maxFactor);
    if (minFactor > maxFactor) {
      throw new IllegalArgumentException(
          "minFactor of the client must not exceed maxFactor %s, got: %s"
              .formatted(maxFactor, minFactor));
    }
    Checks.requirePresent("closeTimeout of the client", closeTimeout);
    if (closeTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "closeTimeout of the client must not be negative, got: " + closeTimeout);
    }
  }

  /** The defaults for a broker. */
  public static ClientConfig of(String bootstrapServers) {
    return new ClientConfig(
        bootstrapServers,
        Map.of(),
        DEFAULT_BUFFER_BYTES,
        DEFAULT_QUEUE_CAPACITY,
        FactorBounds.DEFAULT.min(),
        FactorBounds.DEFAULT.max(),
        DEFAULT_CLOSE_TIMEOUT);
  }

  /** The same with one more Kafka setting, or with another value of it. */
  public ClientConfig withKafkaProperty(String name, String value) {
    Map<String, String> more = new HashMap<>(kafkaProperties);
    more.put(name, value);
    return new ClientConfig(
        bootstrapServers, more, bufferBytes, queueCapacity, minFactor, maxFactor, closeTimeout);
  }

  /** The same with other memory for waiting snapshots. */
  public ClientConfig withBufferBytes(long bytes) {
    return new ClientConfig(
        bootstrapServers,
        kafkaProperties,
        bytes,
        queueCapacity,
        minFactor,
        maxFactor,
        closeTimeout);
  }

  /** The same with another number of layer snapshots that may wait. */
  public ClientConfig withQueueCapacity(int capacity) {
    return new ClientConfig(
        bootstrapServers,
        kafkaProperties,
        bufferBytes,
        capacity,
        minFactor,
        maxFactor,
        closeTimeout);
  }

  /** The same with other bounds on the factors that are believed. */
  public ClientConfig withFactorBounds(double min, double max) {
    return new ClientConfig(
        bootstrapServers, kafkaProperties, bufferBytes, queueCapacity, min, max, closeTimeout);
  }

  /** The same with another patience at the end. */
  public ClientConfig withCloseTimeout(Duration timeout) {
    return new ClientConfig(
        bootstrapServers,
        kafkaProperties,
        bufferBytes,
        queueCapacity,
        minFactor,
        maxFactor,
        timeout);
  }

  /** Names the Kafka settings without their values, among which passwords can be. */
  @Override
  public String toString() {
    return "ClientConfig[bootstrapServers=%s, kafkaProperties=%s, bufferBytes=%d, queueCapacity=%d, factors=%s..%s, closeTimeout=%s]"
        .formatted(
            bootstrapServers,
            new TreeSet<>(kafkaProperties.keySet()),
            bufferBytes,
            queueCapacity,
            minFactor,
            maxFactor,
            closeTimeout);
  }
}
