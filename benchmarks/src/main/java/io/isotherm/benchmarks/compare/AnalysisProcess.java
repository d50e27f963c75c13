package io.isotherm.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A program that analyses a checkpoint and ends: it starts, reads the file, and prints one JSON
 * object with {@code layer} and {@code alpha} for each layer. Its other lines are passed over.
 *
 * @param command with its arguments
 * @param folder for what it writes to the standard error
 */
record AnalysisProcess(List<String> command, Path folder) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path STATISTICS = Path.of("/proc/self/stat");

  /** Places of the time of ended children among what follows the name in parentheses. */
  private static final int CHILDREN_USER = 13;

  private static final int CHILDREN_SYSTEM = 14;

  /** Linux shows it in hundredths of a second on every machine. */
  private static final long NANOS_PER_TICK = 10_000_000;

  AnalysisProcess {
    command = List.copyOf(command);
  }

  /**
   * Runs it once. Alphas are in the order of the layers' names; NaN where a layer has none.
   *
   * @throws ContestantException in one line, if it does not start, fails, or finds no layer
   */
  Lap run() throws ContestantException, InterruptedException {
    Path errors = folder.resolve("errors.txt");
    SortedMap<String, Double> alphas = new TreeMap<>();
    int status;
    long cpu;
    long wall;
    try {
      cpu = cpuOfEndedChildren();
      long start = System.nanoTime();
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      process.getOutputStream().close();
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("{\"layer\"")) {
            add(alphas, line);
          }
        }
      }
      status = process.waitFor();
      wall = System.nanoTime() - start;
      cpu = cpuOfEndedChildren() - cpu;
    } catch (IOException e) {
      throw new ContestantException(command.get(0) + " does not run: " + e.getMessage(), e);
    }
    if (status != 0 || alphas.isEmpty()) {
      throw new ContestantException(
          "%s ended with status %d and %d layers: %s"
              .formatted(command.get(0), status, alphas.size(), lastLine(errors)));
    }
    return new Lap(wall, cpu, new ArrayList<>(alphas.values()));
  }

  private static void add(SortedMap<String, Double> alphas, String line)
      throws JsonProcessingException {
    JsonNode layer = JSON.readTree(line);
    if (layer.has("layer")) {
      alphas.put(layer.path("layer").asText(), layer.path("alpha").asDouble(Double.NaN));
    }
  }

  /** Nanoseconds of all children of this process that have ended, and of their children. */
  private static long cpuOfEndedChildren() throws IOException {
    String statistics = Files.readString(STATISTICS);
    String[] numbers = statistics.substring(statistics.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(numbers[CHILDREN_USER]) + Long.parseLong(numbers[CHILDREN_SYSTEM]))
        * NANOS_PER_TICK;
  }

  private static String lastLine(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
