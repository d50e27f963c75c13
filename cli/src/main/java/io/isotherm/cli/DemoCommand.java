package io.isotherm.cli;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.demo.Demo;
import io.isotherm.local.demo.DemoSettings;
import io.isotherm.local.demo.Every;
import io.isotherm.local.demo.OutputFile;
import io.isotherm.local.demo.Report;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.RunningStack;
import io.isotherm.local.stack.Service;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.WorkDirectory;
import io.isotherm.methods.EstimatorName;
import io.isotherm.methods.PolicySpec;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
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

  private static final String RUN = "demo";
  private static final int MAX_EPOCHS = 10_000;

  /** For the broker's segments, which are allocated as they fill, and the logs. */
  private static final long NEEDED_MEGABYTES = 512;

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
      converter = PolicyConverter.class,
      completionCandidates = PolicyConverter.Names.class,
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
      paramLabel = "NAME",
      converter = EstimatorOptions.NameConverter.class,
      description =
          "how alpha is measured: ${COMPLETION-CANDIDATES}, as published (default: tempbalance)")
  private Optional<EstimatorName> estimator;

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

  private Optional<KafkaSettings> cluster = Optional.empty();
  private String run = RUN;

  @Override
  public Integer call() throws InterruptedException {
    if (epochs < 1 || epochs > MAX_EPOCHS) {
      throw new ParameterException(
          spec.commandLine(),
          "--epochs must be from 1 to %d, got: %d".formatted(MAX_EPOCHS, epochs));
    }
    SortedMap<String, PolicySpec> shadowsByName = shadowsByName();
    cluster = kafka.named();
    if (cluster.isPresent()) {
      // Others may have shown the demo on that cluster before.
      run = RUN + "-" + Instant.now().getEpochSecond();
    }
    ServicePorts ports = portOptions.ports(cluster.isEmpty());
    Installation installation = Isotherm.installation();
    installation.requireBuilt();
    ports.requireFree();
    try (Outputs outputs = claimOutputs()) {
      run(settings(shadowsByName), installation, ports, outputs);
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

  private DemoSettings settings(SortedMap<String, PolicySpec> shadowsByName) {
    return new DemoSettings(
        run, epochs, seed, policy, shadowsByName, estimator.map(EstimatorName::spec), every);
  }

  /** The files that the user has asked for. */
  private record Outputs(Optional<OutputFile> report, Optional<OutputFile> checkpoint)
      implements AutoCloseable {
    @Override
    public void close() {
      report.ifPresent(OutputFile::close);
      checkpoint.ifPresent(OutputFile::close);
    }
  }

  private Outputs claimOutputs() {
    Optional<OutputFile> claimed = report.map(file -> OutputFile.claim("report", file));
    try {
      return new Outputs(claimed, checkpoint.map(file -> OutputFile.claim("checkpoint", file)));
    } catch (UserError e) {
      claimed.ifPresent(OutputFile::close);
      throw e;
    }
  }

  private void run(
      DemoSettings settings, Installation installation, ServicePorts ports, Outputs outputs)
      throws InterruptedException {
    Terminal terminal = Terminal.standardOutput(System.getenv());
    WorkDirectory work = WorkDirectory.temporary(NEEDED_MEGABYTES);
    AtomicBoolean failed = new AtomicBoolean();
    Runnable afterwards =
        () -> {
          outputs.close();
          if (failed.get()) {
            terminal.print("Logs and data are kept in " + work.path());
          } else {
            work.delete();
          }
        };
    try (RunningStack stack =
        new RunningStack(installation, ports, work, cluster, terminal, afterwards)) {
      try {
        train(settings, stack, ports, terminal, outputs);
      } catch (InterruptedException | RuntimeException e) {
        stack.requireWanted();
        failed.set(true);
        throw e;
      }
    }
  }

  private void train(
      DemoSettings settings,
      RunningStack stack,
      ServicePorts ports,
      Terminal terminal,
      Outputs outputs)
      throws InterruptedException {
    stack.start();
    terminal.print("Watch it at " + terminal.bold(ports.address(Service.MONITOR).toString()));
    Report result =
        new Demo(
                settings,
                stack.stack().kafka(),
                ports.address(Service.TRAINER),
                terminal,
                stack::requireAlive)
            .run();
    terminal.print("");
    terminal.print(terminal.bold("Summary"));
    result.summary().lines().forEach(terminal::print);
    outputs
        .report()
        .ifPresent(
            file -> {
              file.write(result.toJson());
              terminal.print("Report written to " + file.target());
            });
    outputs
        .checkpoint()
        .ifPresent(
            file -> {
              file.copy(stack.stack().checkpoints().resolve(run + ".safetensors"));
              terminal.print("Checkpoint written: ./isotherm analyze " + file.target());
            });
    if (keep) {
      terminal.print(
          "The services stay up: page %s, broker %s. Ctrl-C ends them."
              .formatted(ports.address(Service.MONITOR), stack.stack().kafka().bootstrapServers()));
      stack.stayUp();
    }
  }

  /** Reads {@code --every}. */
  static final class EveryConverter implements ITypeConverter<Every> {
    @Override
    public Every convert(String text) {
      return converted(text, Every::parse);
    }
  }

  private static <T> T converted(String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
