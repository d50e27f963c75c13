package io.isotherm.embeddedkafka;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Keeps the broker's hundreds of start-up lines out of the log; warnings and errors stay, and so
 * does everything of the clients. Works where SLF4J ends in java.util.logging or in JBoss
 * LogManager.
 */
final class QuietLogging {

  /** Held here because java.util.logging forgets the level of a logger that nobody holds. */
  private static final List<Logger> BROKER =
      Stream.of(
              "kafka",
              "state.change.logger",
              "org.apache.kafka.controller",
              "org.apache.kafka.coordinator",
              "org.apache.kafka.image",
              "org.apache.kafka.metadata",
              "org.apache.kafka.network",
              "org.apache.kafka.raft",
              "org.apache.kafka.server",
              "org.apache.kafka.storage",
              "org.apache.kafka.common.config",
              "org.apache.kafka.common.metrics",
              "org.apache.kafka.common.utils",
              "org.apache.kafka.clients.NetworkClient",
              "org.apache.kafka.clients.MetadataRecoveryStrategy",
              "org.apache.kafka.admin")
          .map(Logger::getLogger)
          .toList();

  private QuietLogging() {}

  static void apply() {
    BROKER.stream()
        .filter(logger -> logger.getLevel() == null && logger.isLoggable(Level.INFO))
        .forEach(logger -> logger.setLevel(Level.WARNING));
  }
}
