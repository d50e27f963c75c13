package io.isotherm.client;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;

/**
 * How a training run reaches Kafka, and the bounds within which it is helped. {@link #of} has the
 * defaults, the {@code with} methods change one of them.
 *
 * @param kafka where the cluster is, and any of Kafka's own settings, for example for TLS and SASL
 * @param bufferBytes off-heap memory for copies of weights that wait for the broker; at least one
 *     snapshot of all layers should fit
 * @param queueCapacity layer snapshots that may wait; never fewer than the run has layers
 * @param believed factors outside of these bounds are not believed
 * @param closeTimeout how long {@link TrainingRun#close()} waits for what is still to be sent
 */
public record ClientConfig(
    KafkaSettings kafka,
    long bufferBytes,
    int queueCapacity,
    FactorBounds believed,
    Duration closeTimeout) {

  /** 256 MiB. */
  public static final long DEFAULT_BUFFER_BYTES = 256L << 20;

  /** Layer snapshots. */
  public static final int DEFAULT_QUEUE_CAPACITY = 256;

  /** Five seconds. */
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** Checks the bounds. */
  public ClientConfig {
    Checks.requirePresent("kafka of the client", kafka);
    Checks.requirePositive("bufferBytes of the client", bufferBytes);
    Checks.requirePositive("queueCapacity of the client", (long) queueCapacity);
    Checks.requirePresent("believed factors of the client", believed);
    Checks.requirePresent("closeTimeout of the client", closeTimeout);
    if (closeTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "closeTimeout of the client must not be negative, got: " + closeTimeout);
    }
  }

  /** The defaults for a broker without encryption and login. */
  public static ClientConfig of(String bootstrapServers) {
    return of(KafkaSettings.at(bootstrapServers));
  }

  /** The defaults for a Kafka cluster. */
  public static ClientConfig of(KafkaSettings kafka) {
    return new ClientConfig(
        kafka,
        DEFAULT_BUFFER_BYTES,
        DEFAULT_QUEUE_CAPACITY,
        FactorBounds.DEFAULT,
        DEFAULT_CLOSE_TIMEOUT);
  }

  /** The same with one more Kafka setting, or with another value of it. */
  public ClientConfig withKafkaProperty(String name, String value) {
    return new ClientConfig(
        kafka.with(name, value), bufferBytes, queueCapacity, believed, closeTimeout);
  }

  /** The same with other memory for waiting snapshots. */
  public ClientConfig withBufferBytes(long bytes) {
    return new ClientConfig(kafka, bytes, queueCapacity, believed, closeTimeout);
  }

  /** The same with another number of layer snapshots that may wait. */
  public ClientConfig withQueueCapacity(int capacity) {
    return new ClientConfig(kafka, bufferBytes, capacity, believed, closeTimeout);
  }

  /** The same with other bounds on the factors that are believed. */
  public ClientConfig withFactorBounds(double min, double max) {
    Checks.requirePositive("minFactor of the client", min);
    Checks.requirePositive("maxFactor of the client", max);
    if (min > max) {
      throw new IllegalArgumentException(
          "minFactor of the client must not exceed maxFactor %s, got: %s".formatted(max, min));
    }
    return new ClientConfig(
        kafka, bufferBytes, queueCapacity, new FactorBounds(min, max), closeTimeout);
  }

  /** The same with another patience at the end. */
  public ClientConfig withCloseTimeout(Duration timeout) {
    return new ClientConfig(kafka, bufferBytes, queueCapacity, believed, timeout);
  }
}
