package io.isotherm.cli;

import io.isotherm.checks.Names;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.stack.StackState;
import io.isotherm.local.stack.StateFile;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.replay.RecordReader;
import io.isotherm.replay.RecordedRun;
import io.isotherm.replay.Replay;
import io.isotherm.replay.ReplayCsv;
import io.isotherm.replay.ReplayJson;
import io.isotherm.replay.ReplayReport;
import io.isotherm.replay.ReplayTable;
import io.isotherm.replay.ReplayedLayer;
import io.isotherm.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code replay}: another policy over a recorded run. */
@Command(
    name = "replay",
    description = {
      "Shows what another policy would have set in a recorded run, beside what was set.",
      "",
      "Reads the spectra and decisions that Kafka still holds of the run's newest incarnation, and"
          + " writes nothing. Works on a run that is still going.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    modelTransformer = ParameterOptions.Added.class,
    sortOptions = false)
final class ReplayCommand implements Callable<Integer>, ParameterOptions.Owner {

  @Spec private CommandSpec spec;
  @Mixin private DataOption data;
  @Mixin private KafkaOptions kafka;

  private final ParameterOptions<PolicySpec> policy = ChoosingOptions.policy();

  @Option(names = "--run", paramLabel = "RUN", required = true, description = "name of the run")
  private String run;

  @Option(
      names = "--versus",
      paramLabel = "POLICY",
      description = "a second policy beside the first, by name or as JSON")
  private Optional<String> versus;

  @Option(
      names = "--from-epoch",
      paramLabel = "A",
      defaultValue = "0",
      description = "show from this epoch on (default: ${DEFAULT-VALUE})")
  private int fromEpoch;

  @Option(
      names = "--to-epoch",
      paramLabel = "B",
      description = "show up to this epoch (default: the last)")
  private Optional<Integer> toEpoch;

  @ArgGroup private Format format = new Format();

  /** How it is printed. */
  static final class Format {
    @Option(
        names = "--json",
        description = "print one JSON object per step and layer and nothing else")
    private boolean json;

    @Option(names = "--csv", description = "print comma-separated values and nothing else")
    private boolean csv;
  }

  @Override
  public List<ParameterOptions<?>> parameters() {
    return List.of(policy);
  }

  @Override
  public Integer call() {
    PolicySpec first =
        policy.chosen().orElseThrow(() -> refused("--policy is missing: the one to replay"));
    List<PolicySpec> policies = new ArrayList<>(List.of(first));
    versus.ifPresent(text -> policies.add(policy.named("--versus", text)));
    checkRange();
    try {
      Names.requireRun(run);
    } catch (IllegalArgumentException e) {
      throw refused("--run: " + e.getMessage());
    }
    RecordedRun recorded = RecordReader.read(kafka.settings(broker()), run);
    policies.forEach(
        chosen ->
            ChoosingOptions.requireReported(spec, chosen, recorded.description().estimator()));
    List<ReplayedLayer> layers =
        Replay.of(recorded, policies).stream().filter(this::isWanted).toList();
    report(Terminal.standardOutput(System.getenv())).print(recorded, layers);
    return 0;
  }

  private void checkRange() {
    if (fromEpoch < 0) {
      throw refused("--from-epoch must be 0 or more, got: " + fromEpoch);
    }
    if (toEpoch.isPresent() && toEpoch.get() < fromEpoch) {
      throw refused(
          "--to-epoch must be at least --from-epoch %d, got: %d"
              .formatted(fromEpoch, toEpoch.get()));
    }
  }

  private boolean isWanted(ReplayedLayer layer) {
    return layer.epoch() >= fromEpoch && layer.epoch() <= toEpoch.orElse(Integer.MAX_VALUE);
  }

  private ReplayReport report(Terminal terminal) {
    if (format.json) {
      return new ReplayJson(terminal);
    }
    if (format.csv) {
      return new ReplayCsv(terminal);
    }
    List<String> names = new ArrayList<>(List.of(label(policy.label(), "policy")));
    versus.ifPresent(
        text -> {
          String label = label(text, "versus");
          names.add(names.contains(label) ? "versus" : label);
        });
    return new ReplayTable(terminal, names);
  }

  /** A policy's name heads its column, its JSON would not fit. */
  private static String label(String text, String otherwise) {
    return text.startsWith("{") ? otherwise : text;
  }

  /** The broker of a stack that runs here, for those who name none. */
  private String broker() {
    return StateFile.ofRunning(data.folder(Isotherm.installation()))
        .map(StackState::bootstrapServers)
        .orElse(KafkaSettings.DEFAULT_BOOTSTRAP_SERVERS);
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
