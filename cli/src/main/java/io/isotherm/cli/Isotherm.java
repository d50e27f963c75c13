package io.isotherm.cli;

import io.isotherm.checks.OneLine;
import io.isotherm.kafka.BrokerException;
import io.isotherm.local.process.StoppedException;
import io.isotherm.local.stack.Installation;
import io.isotherm.terminal.UserError;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program behind {@code ./isotherm}. */
@Command(
    name = "isotherm",
    description = "Balances the temperature of a network's layers while it trains.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      DemoCommand.class,
      StartCommand.class,
      StatusCommand.class,
      StopCommand.class,
      TopicsCommand.class,
      AnalyzeCommand.class,
      PrunePlanCommand.class,
      ReplayCommand.class,
      GpuCheckCommand.class,
      BrokerCommand.class
    })
public final class Isotherm implements Runnable {

  private static final int FAILURE = 1;
  private static final int USAGE = 2;

  /** Held here because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

  @Spec private CommandSpec spec;

  /** Runs one command and ends with its exit status. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    // What goes wrong with Kafka is said in the command's own words.
    KAFKA.setLevel(Level.OFF);
    System.exit(commandLine().execute(arguments));
  }

  /** The commands with the way in which they report errors: one line, exit status 1 or 2. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Isotherm());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, arguments) -> usage(e));
    line.setExecutionExceptionHandler((e, command, result) -> failure(e, command));
    return line;
  }

  /** The built project that this program is of. */
  static Installation installation() {
    return Installation.of(Isotherm.class);
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is missing: demo, start, status, stop, topics, analyze, prune-plan, replay or"
            + " gpu-check");
  }

  private static int usage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String message = OneLine.first(e.getMessage());
    command.getErr().printf("%s: %s (see ./%s --help)%n", name, message, name);
    return USAGE;
  }

  private static int failure(Exception e, CommandLine command) throws Exception {
    if (e instanceof StoppedException) {
      return FAILURE;
    }
    if (e instanceof UserError || e instanceof BrokerException) {
      command.getErr().printf("%s: %s%n", command.getCommandSpec().qualifiedName(), e.getMessage());
      return FAILURE;
    }
    throw e;
  }
}
