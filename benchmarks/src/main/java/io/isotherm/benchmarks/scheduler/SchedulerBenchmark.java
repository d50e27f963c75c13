package io.isotherm.benchmarks.scheduler;

import io.isotherm.benchmarks.command.Console;
import io.isotherm.benchmarks.machine.Host;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.local.stack.Installation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code benchmarks/scheduler}. */
@Command(
    name = "benchmarks/scheduler",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Puts the scheduler service under load from a Kafka broker of its own and prints tables in"
          + " Markdown: its speed, latency and memory, and how long a second instance takes to take"
          + " over from a killed one.",
      "Progress goes to the standard error. Needs Linux."
    })
public final class SchedulerBenchmark implements Callable<Integer> {

  /** Held here because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

  @Spec private CommandSpec spec;

  @Option(
      names = "--project",
      paramLabel = "DIR",
      required = true,
      hidden = true,
      description = "The project's folder, with everything built.")
  private Path project;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Concurrent runs. Default: ${DEFAULT-VALUE}.")
  private int runs;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "100",
      description = "Layers of each run. Default: ${DEFAULT-VALUE}.")
  private int layers;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Decisions per run at full speed. Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Outcomes per second where latency is measured and an instance is killed. Default: half of"
              + " full speed.")
  private double rate;

  @Option(names = "--one-instance", description = "Leaves out the second part, with two instances.")
  private boolean oneInstance;

  @Option(
      names = "--scheduler-option",
      paramLabel = "OPTION",
      description =
          "For the JVM of each scheduler, for example -Xmx512m or"
              + " -Disotherm.scheduler.max-open-steps=4. May be given again.")
  private List<String> schedulerOptions = new ArrayList<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Writes everything there too.")
  private Path json;

  /** Exits with 0 if everything was measured, and 2 for bad options. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return Console.commandLine(new SchedulerBenchmark());
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    KAFKA.setLevel(Level.WARNING);
    requireSizes();
    Installation installation = new Installation(project.toAbsolutePath().normalize());
    Host host = Host.look();
    host.warning().ifPresent(console()::say);
    Load load = new Load(new Timeline(runs, layers), epochs, rate);
    OneInstance.Result one =
        new OneInstance(load, console()::say).measure(installation, schedulerOptions);
    Takeover.Result takeover =
        oneInstance
            ? null
            : new Takeover(load, console()::say)
                .measure(installation, schedulerOptions, one.pace());
    SchedulerReport report =
        new SchedulerReport(
            console().invocation(), host, Host.loadNow(), load.timeline(), one, takeover);
    console().print(report.lines());
    if (json != null) {
      console().write(report, json);
    }
    return CommandLine.ExitCode.OK;
  }

  private Console console() {
    return new Console(spec);
  }

  private void requireSizes() {
    if (runs < 1 || epochs < 1 || layers < 1 || layers > RunDescription.MAX_LAYERS) {
      throw new ParameterException(
          spec.commandLine(),
          "--runs and --epochs must be 1 or more, --layers 1 to %d"
              .formatted(RunDescription.MAX_LAYERS));
    }
    if (!(rate >= 0 && Double.isFinite(rate))) {
      throw new ParameterException(spec.commandLine(), "--rate must not be negative");
    }
  }
}
