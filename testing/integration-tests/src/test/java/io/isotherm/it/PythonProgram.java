package io.isotherm.it;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program in the Python that {@code clients/python/verify} has made, with PyTorch in it. */
final class PythonProgram {

  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path CLIENT = ROOT.resolve("clients/python");
  private static final Path BIN = CLIENT.resolve("target/venv/bin");
  private static final long MINUTES = 8;

  private PythonProgram() {}

  /** How a program ended, and what it printed on both of its outputs. */
  record Result(int status, String output) {}

  /**
   * Leaves a test out, with a line that says so, where there is no such Python. With {@code
   * ISOTHERM_PYTHON_TESTS=required} it fails instead.
   */
  static void assumePresent() {
    if (Files.isExecutable(BIN.resolve("python"))) {
      return;
    }
    String line =
        "tests of PyTorch LEFT OUT: %s is missing; run clients/python/verify, or mvn verify of all"
            .formatted(BIN.resolve("python"));
    if ("required".equals(System.getenv("ISOTHERM_PYTHON_TESTS"))) {
      throw new AssertionError(line);
    }
    System.err.println("isotherm: " + line);
    abort(line);
  }

  /**
   * Runs a program of the environment to its end, on one thread for each process of it.
   *
   * @param folder its working directory, in which its output is kept
   * @param environment more variables
   * @param command a program of the environment, such as {@code python}, and its arguments
   */
  static Result run(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(command);
    whole.set(0, BIN.resolve(command.get(0)).toString());
    File output = folder.resolve("output.txt").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(whole)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output);
    builder.environment().put("PYTHONPATH", CLIENT.resolve("src").toString());
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("HF_HUB_OFFLINE", "1");
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError(
          "still running after %d minutes: %s%n%s"
              .formatted(MINUTES, command, Files.readString(output.toPath())));
    }
    return new Result(process.exitValue(), Files.readString(output.toPath()));
  }

  /** A file of the project. */
  static String file(String path) {
    return ROOT.resolve(path).toString();
  }
}
