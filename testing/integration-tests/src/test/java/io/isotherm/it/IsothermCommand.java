package io.isotherm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The command line as a user meets it, started without the script, which would build while the
 * tests run.
 */
final class IsothermCommand {

  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final long MINUTES = 8;

  private IsothermCommand() {}

  /** How a command ended, and what it printed on both of its outputs. */
  record Result(int status, String output) {}

  /** Runs a command to its end, in a folder of its own. */
  static Result run(Path directory, String... arguments) throws IOException, InterruptedException {
    Running running = start(directory, arguments);
    if (!running.process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      running.process.descendants().forEach(ProcessHandle::destroyForcibly);
      running.process.destroyForcibly();
      throw new AssertionError(
          "still running after %d minutes: %s".formatted(MINUTES, List.of(arguments)));
    }
    return new Result(running.process.exitValue(), running.output());
  }

  /** Starts a command that stays up, in a folder of its own. */
  static Running start(Path directory, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + directory);
    command.add("-jar");
    command.add(ROOT.resolve("cli/target/isotherm-cli.jar").toString());
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output.txt");
    return new Running(
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start(),
        output);
  }

  /** A command that has not ended yet. */
  record Running(Process process, Path file) {

    /** What it has printed so far. */
    String output() {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean isAlive() {
      return process.isAlive();
    }

    /** Ends it as Ctrl-C does, and waits until it has. */
    void stop() throws InterruptedException {
      process.destroy();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("did not stop within %d minutes".formatted(MINUTES));
      }
    }
  }
}
