package io.isotherm.gpucheck.torch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.checks.OneLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A Python process that runs {@code svdvals.py}; it ends when this process does. */
final class TorchProcess implements AutoCloseable {

  private static final String SCRIPT = "svdvals.py";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double SECONDS_TO_START = 60;

  private final Path folder;
  private final Process process;
  private final Writer requests;
  private final BufferedReader answers;
  private final String description;

  /** Starts it and waits until torch is loaded. */
  TorchProcess(String python, String device) throws TorchException {
    try {
      folder = Files.createTempDirectory("isotherm-torch");
      Path script = folder.resolve(SCRIPT);
      try (InputStream source = TorchProcess.class.getResourceAsStream(SCRIPT)) {
        Files.copy(source, script);
      }
      process =
          new ProcessBuilder(python, script.toString(), device)
              .redirectError(errors().toFile())
              .start();
    } catch (IOException e) {
      throw new TorchException("%s does not start: %s".formatted(python, e.getMessage()), e);
    }
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
    try {
      description = read(SECONDS_TO_START).path("description").asText();
    } catch (TorchException e) {
      close();
      throw e;
    }
  }

  private Path errors() {
    return folder.resolve("errors");
  }

  String description() {
    return description;
  }

  /** Sends a request and waits for its answer; too late an answer ends the process. */
  JsonNode ask(ObjectNode request, double seconds) throws TorchException {
    try {
      requests.write(request + "\n");
      requests.flush();
    } catch (IOException e) {
      throw new TorchException(lastWords(), e);
    }
    JsonNode answer = read(seconds);
    if (answer.has("error")) {
      throw new TorchException(OneLine.of(answer.path("error").asText()));
    }
    return answer;
  }

  private JsonNode read(double seconds) throws TorchException {
    CompletableFuture<String> line = CompletableFuture.supplyAsync(this::readLine);
    try {
      String text = line.get((long) (1000 * seconds), TimeUnit.MILLISECONDS);
      if (text == null) {
        throw new TorchException(lastWords());
      }
      return JSON.readTree(text);
    } catch (TimeoutException e) {
      process.destroyForcibly().onExit().join();
      throw new TorchException("no answer within %.0f s".formatted(seconds), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TorchException("interrupted", e);
    } catch (ExecutionException | JsonProcessingException e) {
      throw new TorchException(OneLine.of(e.toString()), e);
    }
  }

  private String readLine() {
    try {
      return answers.readLine();
    } catch (IOException e) {
      return null;
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  private String lastWords() {
    try {
      return Files.readAllLines(errors()).stream()
          .filter(line -> !line.isBlank())
          .reduce("torch's process ended", (before, line) -> OneLine.of(line.strip()));
    } catch (IOException e) {
      return "torch's process ended, and its log cannot be read: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Files.deleteIfExists(errors());
      Files.deleteIfExists(folder.resolve(SCRIPT));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // A file of a few bytes among other temporary ones.
    }
  }
}
