package io.isotherm.cli;

import io.isotherm.local.stack.Service;
import io.isotherm.local.stack.ServicePorts;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say where everything listens. */
final class PortOptions {

  private static final int MAX_PORT = 65_535;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "port of the broker, 0 for any free one (default: ${DEFAULT-VALUE})")
  private int kafkaPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description =
          "port of the page; trainer, spectral service and scheduler take the next three; 0 for any"
              + " free ones (default: ${DEFAULT-VALUE})")
  private int httpPort;

  /**
   * The ports, with free ones in place of 0.
   *
   * @param ownBroker whether a broker is started; if not, its port does not matter
   * @throws ParameterException if a number cannot be a port
   */
  ServicePorts ports(boolean ownBroker) {
    require("--kafka-port", kafkaPort, MAX_PORT);
    require("--http-port", httpPort, MAX_PORT - Service.values().length + 1);
    return ServicePorts.of(ownBroker ? kafkaPort : 0, httpPort);
  }

  private void require(String option, int port, int max) {
    if (port < 0 || port > max) {
      throw new ParameterException(
          spec.commandLine(), "%s must be from 0 to %d, got: %d".formatted(option, max, port));
    }
  }
}
