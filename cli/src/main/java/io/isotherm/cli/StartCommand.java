package io.isotherm.cli;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.KeptStack;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.terminal.Terminal;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code start}: broker and services for any client, with data that is kept. */
@Command(
    name = "start",
    description = {
      "Starts a Kafka broker and the services, for any client to connect to, until Ctrl-C.",
      "",
      "The broker's data are kept in a folder and are there again at the next start. With"
          + " --bootstrap-servers or --kafka-config (or KAFKA_* in the environment) the services"
          + " work on that Kafka cluster, and no broker is started.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class StartCommand implements Callable<Integer> {

  @Mixin private DataOption data;
  @Mixin private PortOptions portOptions;
  @Mixin private KafkaOptions kafka;

  @Override
  public Integer call() throws InterruptedException {
    Optional<KafkaSettings> cluster = kafka.named();
    ServicePorts ports = portOptions.ports(cluster.isEmpty());
    Installation installation = Isotherm.installation();
    installation.requireBuilt();
    KeptStack.run(
        installation,
        ports,
        data.folder(installation),
        cluster,
        Terminal.standardOutput(System.getenv()));
    return 0;
  }
}
