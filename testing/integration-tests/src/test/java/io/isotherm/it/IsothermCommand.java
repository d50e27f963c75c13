package io.isotherm.it;

import java.io.IOException;
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
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + directory);
    command.add("-jar");
    command.add(ROOT.resolve("cli/target/isotherm-cli.jar").toString());
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    Process process = builder.start();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("still running after " + MINUTES + " minutes: " + command);
    }
    return new Result(process.exitValue(), Files.readString(output));
  }
}
