package io.isotherm.embeddedkafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/**
 * Where a broker keeps its data, with what must stay the same from start to start: the cluster's id
 * and the controller's port, which is written into the metadata log as the quorum's only voter.
 */
record BrokerDirectory(Path path, String clusterId, int controllerPort) {

  private static final String FILE = "isotherm-broker.properties";
  private static final String CLUSTER_ID = "cluster.id";
  private static final String CONTROLLER_PORT = "controller.port";

  /**
   * Opens a directory that has been used before, or prepares a new one.
   *
   * @param controllerPort for a new one
   * @throws EmbeddedKafkaException if it cannot be read or written
   */
  static BrokerDirectory open(Path path, int controllerPort) {
    try {
      Files.createDirectories(path);
      Path file = path.resolve(FILE);
      Properties kept = new Properties();
      if (Files.exists(file)) {
        try (InputStream in = Files.newInputStream(file)) {
          kept.load(in);
        }
        return new BrokerDirectory(
            path,
            kept.getProperty(CLUSTER_ID),
            Integer.parseInt(kept.getProperty(CONTROLLER_PORT)));
      }
      BrokerDirectory fresh =
          new BrokerDirectory(path, Uuid.randomUuid().toString(), controllerPort);
      kept.setProperty(CLUSTER_ID, fresh.clusterId);
      kept.setProperty(CONTROLLER_PORT, Integer.toString(controllerPort));
      try (OutputStream out = Files.newOutputStream(file)) {
        kept.store(out, "Belongs to the data beside it");
      }
      return fresh;
    } catch (IOException | NumberFormatException e) {
      throw new EmbeddedKafkaException(
          "cannot use %s as broker directory: %s".formatted(path, e), e);
    }
  }

  Path logs() {
    return path.resolve("logs");
  }

  /** Deletes everything. */
  void delete() {
    try (Stream<Path> walk = Files.walk(path)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
