package io.isotherm.embeddedkafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/**
 * One broker that is its own controller (KRaft), listening on 127.0.0.1 only, with Kafka's default
 * limits on messages. No topic is created by being used.
 *
 * <p>Two brokers in one JVM do not disturb each other. Starting takes a few seconds.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final int ATTEMPTS = 3;

  private final KafkaRaftServer server;
  private final BrokerDirectory directory;
  private final BrokerPorts ports;
  private final boolean deleteOnClose;

  private EmbeddedKafka(
      KafkaRaftServer server, BrokerDirectory directory, BrokerPorts ports, boolean deleteOnClose) {
    this.server = server;
    this.directory = directory;
    this.ports = ports;
    this.deleteOnClose = deleteOnClose;
  }

  /**
   * Starts a broker in a new temporary directory on free ports; closing it deletes the directory.
   *
   * @throws EmbeddedKafkaException if it does not start
   */
  public static EmbeddedKafka start() {
    return start(BrokerOptions.PLAIN);
  }

  /**
   * Starts such a broker with more than a plain listener.
   *
   * @throws EmbeddedKafkaException if it does not start
   */
  public static EmbeddedKafka start(BrokerOptions options) {
    for (int attempt = 1; ; attempt++) {
      // Between the choice of a port and its use, somebody else may take it.
      try {
        return startTemporary(options);
      } catch (EmbeddedKafkaException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Starts a broker with a directory that is kept: started again, it has all its records.
   *
   * @param directory is created if it does not exist
   * @param port for clients, or 0 for any free one
   * @throws EmbeddedKafkaException if a port is in use, the directory cannot be used, or the broker
   *     does not start
   */
  public static EmbeddedKafka startIn(Path directory, int port) {
    BrokerPorts free = BrokerPorts.anyFree();
    BrokerDirectory opened = BrokerDirectory.open(directory, free.controller());
    BrokerPorts ports =
        new BrokerPorts(
            port == 0 ? free.clients() : port, opened.controllerPort(), free.login(), free.tls());
    return start(opened, ports, BrokerOptions.PLAIN, false);
  }

  /** Where clients connect without encryption: {@code 127.0.0.1:port}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + ports.clients();
  }

  /** Where clients connect to one of the listeners of {@link BrokerOptions#security()}. */
  public String bootstrapServers(BrokerSecurity.Listener listener) {
    return "127.0.0.1:" + ports.of(listener);
  }

  /** Where the broker keeps its data. */
  public Path directory() {
    return directory.path();
  }

  /** Stops the broker and waits until it has ended. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    if (deleteOnClose) {
      directory.delete();
    }
  }

  private static EmbeddedKafka startTemporary(BrokerOptions options) {
    BrokerPorts ports = BrokerPorts.anyFree();
    BrokerDirectory directory;
    try {
      directory =
          BrokerDirectory.open(Files.createTempDirectory("isotherm-kafka-"), ports.controller());
    } catch (IOException e) {
      throw new EmbeddedKafkaException("cannot create a temporary directory: " + e.getMessage(), e);
    }
    try {
      return start(directory, ports, options, true);
    } catch (EmbeddedKafkaException e) {
      directory.delete();
      throw e;
    }
  }

  private static EmbeddedKafka start(
      BrokerDirectory directory, BrokerPorts ports, BrokerOptions options, boolean deleteOnClose) {
    QuietLogging.apply();
    ports.requireFree();
    Properties config = BrokerSettings.of(directory, ports, options);
    format(directory, config, options);
    KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(config, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      throw new EmbeddedKafkaException(
          "the broker on 127.0.0.1:%d with data in %s did not start: %s"
              .formatted(ports.clients(), directory.path(), e.getMessage()),
          e);
    }
    return new EmbeddedKafka(server, directory, ports, deleteOnClose);
  }

  /** Writes the cluster's id into an empty directory; a used one is left as it is. */
  private static void format(BrokerDirectory directory, Properties config, BrokerOptions options) {
    Path file = directory.path().resolve("server.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      config.store(out, "Written at each start");
    } catch (IOException e) {
      throw new EmbeddedKafkaException("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
    List<String> arguments = new ArrayList<>();
    Collections.addAll(
        arguments,
        "format",
        "--standalone",
        "--ignore-formatted",
        "--cluster-id",
        directory.clusterId(),
        "--config",
        file.toString());
    options.security().ifPresent(security -> arguments.addAll(security.formatArguments()));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        StorageTool.execute(
            arguments.toArray(String[]::new), new PrintStream(said, true, StandardCharsets.UTF_8));
    if (status != 0) {
      throw new EmbeddedKafkaException(
          "cannot prepare broker directory %s: %s"
              .formatted(
                  directory.path(),
                  said.toString(StandardCharsets.UTF_8).strip().replaceAll("\\s*\\R\\s*", " | ")));
    }
  }
}
