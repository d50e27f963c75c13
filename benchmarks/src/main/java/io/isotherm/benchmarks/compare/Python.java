package io.isotherm.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The same work in Python: by one process, one layer after the other with the library's own
 * threads, which is what users run; or by several processes of one thread that share the layers.
 */
final class Python implements Contestant {

  private final String name;
  private final List<PythonChild> children = new ArrayList<>();
  private List<LayerShape> layers = List.of();

  private Python(String name) {
    this.name = name;
  }

  /**
   * Starts the opponent's processes and waits until they are ready.
   *
   * @param threads for the single process of {@code torch} and {@code numpy}, or the number of
   *     processes of {@code torch-processes}
   * @throws ContestantException if Python or the library is missing
   */
  static Python start(Path folder, String python, Opponent opponent, OptionalInt threads)
      throws ContestantException {
    Python contestant = new Python(opponent.label());
    int processes =
        opponent.isManyProcesses() ? threads.orElse(Runtime.getRuntime().availableProcessors()) : 1;
    try {
      for (int i = 0; i < processes; i++) {
        contestant.children.add(
            PythonChild.start(
                folder,
                python,
                opponent.engine(),
                opponent.isManyProcesses() ? OptionalInt.of(1) : threads));
      }
    } catch (ContestantException e) {
      contestant.close();
      throw e;
    }
    return contestant;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    String one = children.get(0).description();
    return children.size() == 1 ? one : children.size() + " processes, each " + one;
  }

  @Override
  public void load(WeightFile weights) throws ContestantException {
    layers = weights.workload().layers();
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("do", "load").put("file", weights.path().toString());
    ArrayNode shapes = request.putArray("shapes");
    for (LayerShape layer : layers) {
      layer.dimensions().forEach(shapes.addArray()::add);
    }
    for (PythonChild child : children) {
      child.ask(request);
    }
  }

  @Override
  public Lap run() throws ContestantException {
    List<List<Integer>> shares = shares(layers, children.size());
    long start = System.nanoTime();
    for (int i = 0; i < children.size(); i++) {
      children.get(i).send(request(shares.get(i), false));
    }
    List<JsonNode> answers = new ArrayList<>();
    for (PythonChild child : children) {
      answers.add(child.read());
    }
    long wall = System.nanoTime() - start;
    return lap(shares, answers, wall);
  }

  /**
   * The alphas from a double-precision SVD of the first layers: as many as take bearable time, and
   * at least one.
   */
  List<Double> reference(double maxFlops) throws ContestantException {
    List<Integer> chosen = new ArrayList<>();
    double flops = 0;
    for (int i = 0; i < layers.size() && flops < maxFlops; i++) {
      chosen.add(i);
      flops += layers.get(i).floorFlops();
    }
    JsonNode answer = children.get(0).ask(request(chosen, true));
    return alphas(answer, chosen.size());
  }

  /** Costliest layers first, each to the process that has least to do. */
  static List<List<Integer>> shares(List<LayerShape> layers, int processes) {
    List<List<Integer>> shares = new ArrayList<>();
    double[] load = new double[processes];
    IntStream.range(0, processes).forEach(i -> shares.add(new ArrayList<>()));
    IntStream.range(0, layers.size())
        .boxed()
        .sorted(Comparator.comparing(index -> -layers.get(index).floorFlops()))
        .forEach(
            index -> {
              int least =
                  IntStream.range(0, processes)
                      .boxed()
                      .min(Comparator.comparing(process -> load[process]))
                      .orElseThrow();
              shares.get(least).add(index);
              load[least] += layers.get(index).floorFlops();
            });
    return shares;
  }

  private static ObjectNode request(List<Integer> chosen, boolean isDouble) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("do", "run").put("double", isDouble);
    chosen.forEach(request.putArray("layers")::add);
    return request;
  }

  /** One process takes its own time, which leaves out the pipe; of several, the last one counts. */
  private Lap lap(List<List<Integer>> shares, List<JsonNode> answers, long wall)
      throws ContestantException {
    Double[] alphas = new Double[layers.size()];
    long cpu = 0;
    for (int i = 0; i < answers.size(); i++) {
      List<Integer> share = shares.get(i);
      List<Double> found = alphas(answers.get(i), share.size());
      for (int k = 0; k < share.size(); k++) {
        alphas[share.get(k)] = found.get(k);
      }
      cpu += answers.get(i).path("cpuNanos").asLong();
    }
    long nanos = answers.size() == 1 ? answers.get(0).path("wallNanos").asLong() : wall;
    return new Lap(nanos, cpu, List.of(alphas));
  }

  private List<Double> alphas(JsonNode answer, int expected) throws ContestantException {
    List<Double> alphas = new ArrayList<>();
    answer.path("alphas").forEach(alpha -> alphas.add(alpha.asDouble(Double.NaN)));
    if (alphas.size() != expected || answer.path("wallNanos").asLong() <= 0) {
      throw new ContestantException(
          "%s answered %d alphas for %d layers".formatted(name, alphas.size(), expected));
    }
    return alphas;
  }

  @Override
  public void close() {
    children.forEach(PythonChild::close);
  }
}
