package io.isotherm.cli;

import io.isotherm.kafka.settings.InvalidSettingsException;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.settings.SettingSources;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say where the Kafka cluster is and how it is reached. */
final class KafkaOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "ADDRESS",
      description =
          "a Kafka cluster: host:port of a broker, or several with commas (also:"
              + " KAFKA_BOOTSTRAP_SERVERS)")
  private Optional<String> bootstrapServers;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description =
          "a properties file of Kafka's own settings, for TLS and logins (also: KAFKA_* in the"
              + " environment, the file counts more)")
  private Optional<Path> file;

  /**
   * The settings.
   *
   * @param otherwise the address if nothing names one
   * @throws ParameterException with one line if they cannot be used
   */
  KafkaSettings settings(String otherwise) {
    return read(sources -> sources.settings(otherwise));
  }

  /** Whether the command line itself has the address. */
  boolean namesAddress() {
    return bootstrapServers.isPresent();
  }

  /**
   * The settings of a cluster that the user has named; empty if none is.
   *
   * @throws ParameterException with one line if they cannot be used
   */
  Optional<KafkaSettings> named() {
    return read(SettingSources::named);
  }

  private <T> T read(Function<SettingSources, T> answer) {
    try {
      SettingSources sources = SettingSources.ofThisProcess();
      if (file.isPresent()) {
        sources = sources.withFile(file.get());
      }
      if (bootstrapServers.isPresent()) {
        sources = sources.withBootstrapServers(bootstrapServers.get());
      }
      return answer.apply(sources);
    } catch (InvalidSettingsException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
