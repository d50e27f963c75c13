package io.isotherm.cli;

import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.StackStop;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stop}: ends what {@code start} has started. */
@Command(
    name = "stop",
    description = {
      "Ends a stack that was started with ./isotherm start.",
      "",
      "Its data stay. Exit status 0 if it has ended, 1 if nothing runs.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class StopCommand implements Callable<Integer> {

  @Mixin private DataOption data;

  @Override
  public Integer call() throws InterruptedException {
    Installation installation = Isotherm.installation();
    Path folder = data.folder(installation);
    StackStop.Stopped stopped =
        StackStop.stop(installation, folder)
            .orElseThrow(() -> new UserError("nothing runs with data folder " + folder));
    Terminal.standardOutput(System.getenv())
        .print(
            "Stopped %s%s; the data stay in %s."
                .formatted(
                    stopped.launcherRan()
                        ? "process %d".formatted(stopped.launcherPid())
                        : "what process %d had left".formatted(stopped.launcherPid()),
                    stopped.processes().isEmpty()
                        ? ""
                        : (stopped.launcherRan() ? " with " : ": ")
                            + String.join(", ", stopped.processes()),
                    folder));
    return 0;
  }
}
