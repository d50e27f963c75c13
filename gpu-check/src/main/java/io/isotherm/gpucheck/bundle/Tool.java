package io.isotherm.gpucheck.bundle;

import io.isotherm.checks.OneLine;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Other programs that the bundle is made with. */
final class Tool {

  private Tool() {}

  /** Runs a program to its end, which must be good. */
  static void run(List<String> command) {
    run(command, Set.of(0));
  }

  /** Runs a program to its end, which must be one of some. */
  static void run(List<String> command, Set<Integer> statuses) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      require(command, process.waitFor(), statuses, output);
    } catch (IOException e) {
      throw missing(command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while %s was running".formatted(command.get(0)), e);
    }
  }

  /** Runs two programs, the output of the first being the input of the second. */
  static void pipe(List<String> first, List<String> second, Path output) {
    try {
      List<Process> processes =
          ProcessBuilder.startPipeline(
              List.of(
                  new ProcessBuilder(first).redirectError(Redirect.INHERIT),
                  new ProcessBuilder(second)
                      .redirectError(Redirect.INHERIT)
                      .redirectOutput(output.toFile())));
      require(first, processes.get(0).waitFor(), Set.of(0), "");
      require(second, processes.get(1).waitFor(), Set.of(0), "");
    } catch (IOException e) {
      throw missing(second, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while %s was running".formatted(second.get(0)), e);
    }
  }

  private static void require(
      List<String> command, int status, Set<Integer> statuses, String output) {
    if (!statuses.contains(status)) {
      throw new UserError(
          "%s ended with status %d%s"
              .formatted(
                  command.get(0),
                  status,
                  output.isBlank() ? "" : ": " + OneLine.of(output.strip())));
    }
  }

  private static UserError missing(List<String> command, IOException cause) {
    return new UserError(
        "%s does not start, which the bundle is made with (%s): install it (Debian: xz-utils, tar)"
            .formatted(command.get(0), OneLine.of(cause.getMessage())),
        cause);
  }
}
