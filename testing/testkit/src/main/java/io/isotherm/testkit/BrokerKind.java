package io.isotherm.testkit;

import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.testcontainers.DockerClientFactory;

/** Which broker the tests run against; system property {@code test.kafka}. */
enum BrokerKind {
  /** Apache Kafka in this JVM. */
  EMBEDDED,
  /** Apache Kafka's image, where a Docker engine is. */
  CONTAINERS;

  static final String PROPERTY = "test.kafka";

  /** Held here because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger TESTCONTAINERS = Logger.getLogger("org.testcontainers");

  /**
   * Reads a choice.
   *
   * @param choice {@code auto} (a container if there is a Docker engine), {@code embedded} or
   *     {@code containers}; null or empty for {@code auto}
   * @throws IllegalArgumentException if it is none of these
   */
  static BrokerKind of(String choice) {
    String name = choice == null || choice.isBlank() ? "auto" : choice.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "auto" -> isDockerThere() ? CONTAINERS : EMBEDDED;
      case "embedded" -> EMBEDDED;
      case "containers" -> CONTAINERS;
      default ->
          throw new IllegalArgumentException(
              PROPERTY + " must be auto, embedded or containers, got: '" + choice + "'");
    };
  }

  private static boolean isDockerThere() {
    // Without an engine Testcontainers logs errors with stack traces, which is no error here.
    TESTCONTAINERS.setLevel(Level.OFF);
    return DockerClientFactory.instance().isDockerAvailable();
  }
}
