package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Repeats the training of a graph with plain arithmetic from the gradients that DL4J computes. */
final class ByHand extends BaseTrainingListener {

  /** Sums of a few hundred doubles of order 1 over eight steps; a wrong rate is off by 1e-3. */
  private static final double HAND_COMPUTATION = 1e-7;

  private static final Map<String, String> LEADER =
      Map.of("stem.bn", "stem.conv", "block.bn", "block.conv");

  /** What must be in force, by layer; a layer that is not named has 1. */
  record InForce(Map<String, Double> factors, Map<String, Double> weightDecayFactors) {}

  /** How a network decays its weights. */
  enum Decay {
    /** {@code L2Regularization}: part of the gradient. */
    L2,
    /** {@code WeightDecay} behind the updater, times the learning rate. */
    AFTER_TIMES_RATE,
    /** {@code WeightDecay} behind the updater. */
    AFTER
  }

  private final ComputationGraph graph;
  private final Decay kind;
  private final Supplier<InForce> inForce;
  private final Map<String, double[]> weights = new HashMap<>();
  private final Map<String, double[]> velocities = new HashMap<>();

  /**
   * From the graph's weights of now on.
   *
   * @param inForce is asked once a step
   */
  ByHand(ComputationGraph graph, Decay kind, Supplier<InForce> inForce) {
    this.graph = graph;
    this.kind = kind;
    this.inForce = inForce;
    for (String name : learned()) {
      weights.put(name, flat(graph.getParam(name)));
      velocities.put(name, new double[weights.get(name).length]);
    }
  }

  /** Batch norm's mean and variance are no matter of the learning rate. */
  private List<String> learned() {
    List<String> names = new ArrayList<>(graph.paramTable().keySet());
    names.removeIf(
        name -> name.endsWith("_mean") || name.endsWith("_var") || name.contains("log10"));
    return names;
  }

  @Override
  public void onGradientCalculation(Model model) {
    double base = Graphs.SCHEDULE.learningRateAt(graph.getIterationCount());
    InForce now = inForce.get();
    for (String name : learned()) {
      String layer = name.substring(0, name.lastIndexOf('_'));
      String counts = LEADER.getOrDefault(layer, layer);
      double rate = base * now.factors().getOrDefault(counts, 1.0);
      double decay =
          name.endsWith("_W")
              ? Graphs.WEIGHT_DECAY * now.weightDecayFactors().getOrDefault(counts, 1.0)
              : 0;
      train(name, rate, decay);
    }
  }

  private void train(String name, double rate, double decay) {
    double[] gradient = flat(graph.gradient().getGradientFor(name));
    double[] w = weights.get(name);
    double[] v = velocities.get(name);
    for (int i = 0; i < w.length; i++) {
      v[i] = Graphs.MOMENTUM * v[i] + gradient[i] / 8 + (kind == Decay.L2 ? decay * w[i] : 0);
      double after =
          switch (kind) {
            case L2 -> 0;
            case AFTER_TIMES_RATE -> rate * decay * w[i];
            case AFTER -> decay * w[i];
          };
      w[i] -= rate * v[i] + after;
    }
  }

  void assertSame() {
    for (String name : learned()) {
      assertThat(flat(graph.getParam(name)))
          .as(name)
          .containsExactly(weights.get(name), within(HAND_COMPUTATION));
    }
  }

  private static double[] flat(INDArray array) {
    return array.dup('c').reshape(array.length()).toDoubleVector();
  }
}
