package io.isotherm.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A Python process that runs {@code tempbalance.py}: it answers one line of JSON with another and
 * waits on its input, idle, in between. It ends when its input does, so also when this process is
 * killed.
 */
final class PythonChild implements AutoCloseable {

  private static final String SCRIPT = "tempbalance.py";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS_TO_END = 5;

  /** What limits the threads of the libraries that either engine may have been built on. */
  private static final List<String> THREAD_VARIABLES =
      List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS");

  private final String engine;
  private final Process process;
  private final Path errors;
  private final Writer requests;
  private final BufferedReader answers;
  private final String description;

  private PythonChild(String engine, Process process, Path errors) throws ContestantException {
    this.engine = engine;
    this.process = process;
    this.errors = errors;
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.description = read().path("description").asText();
  }

  /**
   * Starts Python and waits until the engine's library is loaded.
   *
   * @param folder for the script and what Python writes to its standard error
   * @param engine {@code torch} or {@code numpy}
   * @param threads of the library; its own default if empty
   * @throws ContestantException if there is no such Python or no such library in it
   */
  static PythonChild start(Path folder, String python, String engine, OptionalInt threads)
      throws ContestantException {
    Process process = null;
    try {
      Path errors = Files.createTempFile(folder, engine, ".log");
      ProcessBuilder builder =
          new ProcessBuilder(python, script(folder).toString(), engine)
              .redirectError(Redirect.to(errors.toFile()));
      threads.ifPresent(
          count ->
              THREAD_VARIABLES.forEach(
                  variable -> builder.environment().put(variable, String.valueOf(count))));
      process = builder.start();
      return new PythonChild(engine, process, errors);
    } catch (IOException e) {
      throw new ContestantException("%s does not start: %s".formatted(python, e.getMessage()), e);
    } catch (ContestantException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static Path script(Path folder) throws IOException {
    Path script = folder.resolve(SCRIPT);
    if (!Files.exists(script)) {
      try (InputStream source = PythonChild.class.getResourceAsStream(SCRIPT)) {
        Files.copy(source, script);
      }
    }
    return script;
  }

  /** What the script says that it computes with. */
  String description() {
    return description;
  }

  /** Sends a request and waits for its answer. */
  JsonNode ask(ObjectNode request) throws ContestantException {
    send(request);
    return read();
  }

  /** Sends a request; {@link #read()} gives its answer. */
  void send(ObjectNode request) throws ContestantException {
    try {
      requests.write(request + "\n");
      requests.flush();
    } catch (IOException e) {
      throw new ContestantException(ending(), e);
    }
  }

  /** The next answer. */
  JsonNode read() throws ContestantException {
    String line;
    try {
      line = answers.readLine();
    } catch (IOException e) {
      throw new ContestantException(ending(), e);
    }
    if (line == null) {
      throw new ContestantException(ending());
    }
    try {
      JsonNode answer = JSON.readTree(line);
      if (!answer.isObject()) {
        throw new ContestantException("%s answered what is not asked: %s".formatted(engine, line));
      }
      return answer;
    } catch (JsonProcessingException e) {
      throw new ContestantException("%s answered what is no JSON: %s".formatted(engine, line), e);
    }
  }

  /** How the process ended, and the last thing that it said. */
  private String ending() {
    close();
    String said = "";
    try {
      said =
          Files.readAllLines(errors, StandardCharsets.UTF_8).stream()
              .filter(line -> !line.isBlank())
              .reduce("", (before, line) -> line.strip());
    } catch (IOException e) {
      said = "its log cannot be read: " + e.getMessage();
    }
    String status = process.isAlive() ? "" : " with status " + process.exitValue();
    return "%s ended%s%s".formatted(engine, status, said.isEmpty() ? "" : ": " + said);
  }

  @Override
  public void close() {
    try (requests) {
      requests.flush();
    } catch (IOException e) {
      // It has ended before: nobody is left who could be told to.
    }
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
