package io.isotherm.client.dl4j;

import io.isotherm.checks.Names;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.NormRule;
import io.isotherm.contracts.run.NormRule.ModuleKind;
import io.isotherm.contracts.run.NormRule.NetworkModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The weight layers of a graph: dense, output and two-dimensional convolution layers, from input to
 * output, in the order of definition where the graph leaves a choice. A batch norm that is fed by
 * one of them directly follows it; one behind an activation or an addition follows none and stays
 * at the base rate. A {@link NormRule} gives the published code's answer instead. Frozen layers are
 * left out.
 */
public final class WeightLayers {

  private final List<LayerDescription> descriptions;

  private WeightLayers(List<LayerDescription> descriptions) {
    this.descriptions = List.copyOf(descriptions);
  }

  /** The weight layers of {@code graph}, none of them in a block. */
  public static WeightLayers of(ComputationGraphConfiguration graph) {
    return of(graph, layer -> OptionalInt.empty());
  }

  /**
   * The weight layers of {@code graph}.
   *
   * @param blockOf index of the residual block that a layer, given by name, belongs to
   * @throws IllegalArgumentException if there is none, if a name cannot travel over Kafka, or if
   *     the input size of a layer is not known (set the graph's input types)
   */
  public static WeightLayers of(
      ComputationGraphConfiguration graph, Function<String, OptionalInt> blockOf) {
    return of(graph, blockOf, normsByWire(graph));
  }

  /**
   * The weight layers of {@code graph}, whose norm layers follow them by name or by the order in
   * which the graph defines them.
   *
   * @param blockOf index of the residual block that a layer, given by name, belongs to
   * @param normRule tells which norm layer follows which weight layer
   * @throws IllegalArgumentException as without a rule
   */
  public static WeightLayers of(
      ComputationGraphConfiguration graph,
      Function<String, OptionalInt> blockOf,
      NormRule normRule) {
    return of(graph, blockOf, normRule.normLayers(modules(graph)));
  }

  private static WeightLayers of(
      ComputationGraphConfiguration graph,
      Function<String, OptionalInt> blockOf,
      Map<String, String> normOf) {
    List<LayerDescription> found = new ArrayList<>();
    for (String vertex : networkOrder(graph)) {
      Optional<Layer> layer = layer(graph, vertex);
      layer
          .flatMap(WeightLayers::kind)
          .ifPresent(
              kind ->
                  found.add(
                      new LayerDescription(
                          Names.requireLayer(vertex),
                          kind,
                          shape(vertex, layer.get()),
                          Optional.ofNullable(normOf.get(vertex)),
                          blockOf.apply(vertex))));
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "the graph has no dense, output or convolution layer, got: "
              + graph.getVertices().keySet());
    }
    return new WeightLayers(found);
  }

  /** The layers in network order, with shapes as PyTorch writes them. */
  public List<LayerDescription> descriptions() {
    return descriptions;
  }

  /**
   * Gives every layer of {@code graph} that learns a {@link LayerSchedule} of its own, a norm layer
   * that of the layer that it follows, and leaves the kind of its updater as it is. Where the layer
   * has weight decay, as DL4J's {@code WeightDecay} or as L2, on weights or biases, the coefficient
   * follows the run likewise. To be called before the graph is initialised.
   *
   * @throws IllegalArgumentException if an updater has no learning rate
   */
  public void schedule(ComputationGraphConfiguration graph, String run, BaseSchedule.Formula base) {
    Map<String, String> leader = new LinkedHashMap<>();
    for (LayerDescription layer : descriptions) {
      layer.normLayers().forEach(norm -> leader.put(norm, layer.name()));
    }
    for (String vertex : graph.getVertices().keySet()) {
      if (layer(graph, vertex).orElse(null) instanceof BaseLayer learning) {
        String counts = leader.getOrDefault(vertex, vertex);
        LayerSchedule schedule = new LayerSchedule(run, counts, BaseRate.of(base));
        decay(learning, run, counts);
        learning.setIUpdater(scheduled(vertex, learning.getIUpdater(), schedule));
        learning.setBiasUpdater(scheduled(vertex, learning.getBiasUpdater(), schedule));
      }
    }
  }

  private static void decay(BaseLayer learning, String run, String layer) {
    if (learning.getRegularization() != null) {
      learning.setRegularization(LayerDecay.on(learning.getRegularization(), run, layer));
    }
    if (learning.getRegularizationBias() != null) {
      learning.setRegularizationBias(LayerDecay.on(learning.getRegularizationBias(), run, layer));
    }
  }

  private static IUpdater scheduled(String vertex, IUpdater updater, LayerSchedule schedule) {
    if (updater == null) {
      return null;
    }
    if (!updater.hasLearningRate()) {
      throw new IllegalArgumentException(
          "updater of layer '%s' must have a learning rate, got: %s; take MomentumSgd or another"
              .formatted(vertex, updater.getClass().getSimpleName()));
    }
    IUpdater own = updater.clone();
    own.setLrAndSchedule(Double.NaN, schedule); // With a schedule, DL4J does not read the rate.
    return own;
  }

  private static Map<String, String> normsByWire(ComputationGraphConfiguration graph) {
    Map<String, String> normOf = new LinkedHashMap<>();
    for (String vertex : networkOrder(graph)) {
      List<String> inputs = graph.getVertexInputs().get(vertex);
      if (isBatchNorm(graph, vertex)
          && inputs.size() == 1
          && layer(graph, inputs.get(0)).flatMap(WeightLayers::kind).isPresent()) {
        normOf.putIfAbsent(inputs.get(0), vertex);
      }
    }
    return normOf;
  }

  private static List<NetworkModule> modules(ComputationGraphConfiguration graph) {
    return graph.getVertices().keySet().stream()
        .map(vertex -> new NetworkModule(vertex, moduleKind(graph, vertex)))
        .toList();
  }

  private static ModuleKind moduleKind(ComputationGraphConfiguration graph, String vertex) {
    if (isBatchNorm(graph, vertex)) {
      return ModuleKind.BATCH_NORM;
    }
    return layer(graph, vertex)
        .flatMap(WeightLayers::kind)
        .map(kind -> kind == LayerKind.DENSE ? ModuleKind.DENSE : ModuleKind.CONVOLUTION)
        .orElse(ModuleKind.OTHER);
  }

  private static boolean isBatchNorm(ComputationGraphConfiguration graph, String vertex) {
    return layer(graph, vertex).filter(BatchNormalization.class::isInstance).isPresent();
  }

  private static Optional<Layer> layer(ComputationGraphConfiguration graph, String vertex) {
    return graph.getVertices().get(vertex) instanceof LayerVertex layer
        ? Optional.of(layer.getLayerConf().getLayer())
        : Optional.empty();
  }

  /** By the exact class: a subclass may keep its weights in another shape. */
  private static Optional<LayerKind> kind(Layer layer) {
    if (layer.getClass() == ConvolutionLayer.class) {
      return Optional.of(LayerKind.CONVOLUTION);
    }
    return layer.getClass() == DenseLayer.class || layer.getClass() == OutputLayer.class
        ? Optional.of(LayerKind.DENSE)
        : Optional.empty();
  }

  private static List<Long> shape(String vertex, Layer layer) {
    FeedForwardLayer sized = (FeedForwardLayer) layer;
    if (sized.getNIn() <= 0 || sized.getNOut() <= 0) {
      throw new IllegalArgumentException(
          "layer '%s' must know its sizes, got: nIn %d, nOut %d; set nIn or the graph's input types"
              .formatted(vertex, sized.getNIn(), sized.getNOut()));
    }
    if (layer instanceof ConvolutionLayer convolution) {
      int[] kernel = convolution.getKernelSize();
      return List.of(sized.getNOut(), sized.getNIn(), (long) kernel[0], (long) kernel[1]);
    }
    return List.of(sized.getNOut(), sized.getNIn());
  }

  /** Kahn's algorithm, always taking the vertex that was defined first. */
  private static List<String> networkOrder(ComputationGraphConfiguration graph) {
    Set<String> done = new LinkedHashSet<>(graph.getNetworkInputs());
    Set<String> waiting = new LinkedHashSet<>(graph.getVertices().keySet());
    List<String> order = new ArrayList<>();
    while (!waiting.isEmpty()) {
      String next =
          waiting.stream()
              .filter(vertex -> done.containsAll(graph.getVertexInputs().get(vertex)))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("the graph has a cycle among: " + waiting));
      waiting.remove(next);
      done.add(next);
      order.add(next);
    }
    return order;
  }
}
