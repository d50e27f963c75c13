package io.isotherm.cli;

import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.embeddedkafka.EmbeddedKafkaException;
import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code broker}: the process that {@code demo} and {@code start} run the broker in. */
@Command(
    name = "broker",
    hidden = true,
    description = "Runs the broker alone until it is ended by a signal.",
    mixinStandardHelpOptions = true)
final class BrokerCommand implements Callable<Integer> {

  /** Held here because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "folder of the broker's data")
  private Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      required = true,
      description = "where clients connect")
  private int port;

  @Override
  public Integer call() throws InterruptedException {
    KAFKA.setLevel(Level.WARNING);
    EmbeddedKafka broker;
    try {
      broker = EmbeddedKafka.startIn(data, port);
    } catch (EmbeddedKafkaException e) {
      throw new UserError(e.getMessage(), e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-close"));
    System.out.println("broker ready at " + broker.bootstrapServers());
    new CountDownLatch(1).await();
    return 0;
  }
}
