package io.isotherm.cli;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.demo.Demo;
import io.isotherm.local.demo.DemoOutputs;
import io.isotherm.local.demo.DemoSettings;
import io.isotherm.local.demo.Every;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.terminal.Terminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code demo}: trains a network with rates that come back over Kafka, and sums up. */
@Command(
    name = "demo",
    description = {
      "Trains a small ResNet on images with a learning rate per layer.",
      "",
      "Starts a Kafka broker and four services as processes of their own in a temporary folder,"
          + " shows every epoch, ends with a summary and leaves nothing behind. With"
          + " --bootstrap-servers or --kafka-config (or KAFKA_* in the environment) the run is on"
          + " that Kafka cluster, and stays there.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {

  private static final int MAX_EPOCHS = 10_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "10",
      description = "passes over the training images (default: ${DEFAULT-VALUE})")
  private int epochs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "of the first weights and the order of the images (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      defaultValue = "linear",
      converter = CatalogueConverter.OfPolicies.class,
      completionCandidates = CatalogueConverter.OfPolicies.class,
      description =
          "how alphas become factors: ${COMPLETION-CANDIDATES}, or a JSON object with a name and"
              + " parameters, for example '{\"name\":\"linear\",\"minFactor\":0.6}'; constant is the"
              + " baseline (default: ${DEFAULT-VALUE})")
  private PolicySpec policy;

  @Option(
      names = "--shadow",
      paramLabel = "NAME=POLICY",
      converter = ShadowPolicy.Converter.class,
      description =
          "a policy that decides beside the one that acts and is never applied, by a name of your"
              + " own; at most "
              + RunDescription.MAX_SHADOWS
              + " (repeatable)")
  private List<ShadowPolicy> shadows = List.of();

  @Option(
      names = "--estimator",
      paramLabel = "ESTIMATOR",
      converter = CatalogueConverter.OfEstimators.class,
      completionCandidates = CatalogueConverter.OfEstimators.class,
      description =
          "how alpha is measured: ${COMPLETION-CANDIDATES}, or a JSON object with a name and"
              + " parameters, for example '{\"name\":\"farms\",\"rows\":64}' (default:"
              + " tempbalance)")
  private Optional<EstimatorSpec> estimator;

  @Option(
      names = "--every",
      paramLabel = "INTERVAL",
      defaultValue = "1epoch",
      converter = EveryConverter.class,
      description =
          "how often weights are analysed: Nepochs or Nsteps, for example 2epochs or 50steps"
              + " (default: ${DEFAULT-VALUE})")
  private Every every;

  @Option(names = "--keep", description = "keep the services up at the end, until Ctrl-C")
  private boolean keep;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "write summary, epochs and decisions to a JSON file")
  private Optional<Path> report;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "write the trained weights to a safetensors file, for ./isotherm analyze")
  private Optional<Path> checkpoint;

  @Mixin private PortOptions portOptions;
  @Mixin private KafkaOptions kafka;

  @Override
  public Integer call() throws InterruptedException {
    if (epochs < 1 || epochs > MAX_EPOCHS) {
      throw new ParameterException(
          spec.commandLine(),
          "--epochs must be from 1 to %d, got: %d".formatted(MAX_EPOCHS, epochs));
    }
    SortedMap<String, PolicySpec> shadowsByName = shadowsByName();
    Optional<KafkaSettings> cluster = kafka.named();
    ServicePorts ports = portOptions.ports(cluster.isEmpty());
    Installation installation = Isotherm.installation();
    installation.requireBuilt();
    ports.requireFree();
    try (DemoOutputs outputs = DemoOutputs.claim(report, checkpoint)) {
      new Demo(
              settings(Demo.runName(cluster), shadowsByName),
              outputs,
              Terminal.standardOutput(System.getenv()))
          .run(installation, ports, cluster, keep);
    }
    return 0;
  }

  private SortedMap<String, PolicySpec> shadowsByName() {
    SortedMap<String, PolicySpec> byName = new TreeMap<>();
    for (ShadowPolicy shadow : shadows) {
      if (byName.put(shadow.name(), shadow.policy()) != null) {
        throw new ParameterException(
            spec.commandLine(), "--shadow %s is there twice".formatted(shadow.name()));
      }
    }
    if (byName.size() > RunDescription.MAX_SHADOWS) {
      throw new ParameterException(
          spec.commandLine(),
          "--shadow can be given at most %d times, got: %d"
              .formatted(RunDescription.MAX_SHADOWS, byName.size()));
    }
    return byName;
  }

  private DemoSettings settings(String run, SortedMap<String, PolicySpec> shadowsByName) {
    return new DemoSettings(run, epochs, seed, policy, shadowsByName, estimator, every);
  }

  /** Reads {@code --every}. */
  static final class EveryConverter implements ITypeConverter<Every> {
    @Override
    public Every convert(String text) {
      try {
        return Every.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
