package io.isotherm.embeddedkafka;

import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.QuietLogging;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/**
 * One broker that is its own controller (KRaft), listening on 127.0.0.1 only, with Kafka's default
 * limits on messages. Topics are not created by accident: see {@link TopicProvisioner}.
 *
 * <p>Two brokers in one JVM do not disturb each other. Starting takes a few seconds.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final int ATTEMPTS = 3;

  private final KafkaRaftServer server;
  private final BrokerDirectory directory;
  private final int port;
  private final boolean deleteOnClose;

  private EmbeddedKafka(
      KafkaRaftServer server, BrokerDirectory directory, int port, boolean deleteOnClose) {
    this.server = server;
    this.directory = directory;
    this.port = port;
    this.deleteOnClose = deleteOnClose;
  }

  /**
   * Starts a broker in a new temporary directory on free ports; closing it deletes the directory.
   *
   * @throws BrokerException if it does not start
   */
  public static EmbeddedKafka start() {
    for (int attempt = 1; ; attempt++) {
      // Between the choice of a port and its use, somebody else may take it.
      try {
        return startTemporary();
      } catch (BrokerException e) {
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
   * @throws BrokerException if a port is in use, the directory cannot be used, or the broker does
   *     not start
   */
  public static EmbeddedKafka startIn(Path directory, int port) {
    BrokerPorts free = BrokerPorts.anyFree();
    BrokerDirectory opened = BrokerDirectory.open(directory, free.controller());
    return start(
        opened, new BrokerPorts(port == 0 ? free.clients() : port, opened.controllerPort()), false);
  }

  /** Where clients connect: {@code 127.0.0.1:port}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
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

  private static EmbeddedKafka startTemporary() {
    BrokerPorts ports = BrokerPorts.anyFree();
    BrokerDirectory directory;
    try {
      directory =
          BrokerDirectory.open(Files.createTempDirectory("isotherm-kafka-"), ports.controller());
    } catch (IOException e) {
      throw new BrokerException("cannot create a temporary directory: " + e.getMessage(), e);
    }
    try {
      return start(directory, ports, true);
    } catch (BrokerException e) {
      directory.delete();
      throw e;
    }
  }

  private static EmbeddedKafka start(
      BrokerDirectory directory, BrokerPorts ports, boolean deleteOnClose) {
    QuietLogging.apply();
    ports.requireFree();
    Properties config = config(directory, ports);
    format(directory, config);
    KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(config, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      throw new BrokerException(
          "the broker on 127.0.0.1:%d with data in %s did not start: %s"
              .formatted(ports.clients(), directory.path(), e.getMessage()),
          e);
    }
    return new EmbeddedKafka(server, directory, ports.clients(), deleteOnClose);
  }

  private static Properties config(BrokerDirectory directory, BrokerPorts ports) {
    Properties config = new Properties();
    config.setProperty("process.roles", "broker,controller");
    config.setProperty("node.id", "1");
    String clients = "PLAINTEXT://127.0.0.1:" + ports.clients();
    String controller = "127.0.0.1:" + ports.controller();
    config.setProperty("listeners", clients + ",CONTROLLER://" + controller);
    config.setProperty("advertised.listeners", clients);
    config.setProperty("controller.listener.names", "CONTROLLER");
    config.setProperty(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    config.setProperty("inter.broker.listener.name", "PLAINTEXT");
    config.setProperty("controller.quorum.bootstrap.servers", controller);
    config.setProperty("log.dirs", directory.logs().toString());
    config.setProperty("auto.create.topics.enable", "false");
    for (String internal :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      config.setProperty(internal + ".num.partitions", "1");
      config.setProperty(internal + ".replication.factor", "1");
    }
    config.setProperty("transaction.state.log.min.isr", "1");
    // What a killed process had begun to write keeps readers waiting until it is found.
    config.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    config.setProperty("share.coordinator.state.topic.min.isr", "1");
    config.setProperty("group.initial.rebalance.delay.ms", "0");
    config.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    config.setProperty("num.network.threads", "2");
    config.setProperty("num.io.threads", "4");
    return config;
  }

  /** Writes the cluster's id into an empty directory; a used one is left as it is. */
  private static void format(BrokerDirectory directory, Properties config) {
    Path file = directory.path().resolve("server.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      config.store(out, "Written at each start");
    } catch (IOException e) {
      throw new BrokerException("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        StorageTool.execute(
            new String[] {
              "format",
              "--standalone",
              "--ignore-formatted",
              "--cluster-id",
              directory.clusterId(),
              "--config",
              file.toString()
            },
            new PrintStream(said, true, StandardCharsets.UTF_8));
    if (status != 0) {
      throw new BrokerException(
          "cannot prepare broker directory %s: %s"
              .formatted(
                  directory.path(),
                  said.toString(StandardCharsets.UTF_8).strip().replaceAll("\\s*\\R\\s*", " | ")));
    }
  }
}
