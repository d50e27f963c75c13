package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.client.Rates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class LayerScheduleTest {

  private static final BaseRate BASE = BaseRate.of(Graphs.SCHEDULE);

  /** Sums of a few hundred doubles of order 1 over eight steps; a wrong rate is off by 1e-3. */
  private static final double HAND_COMPUTATION = 1e-7;

  @Test
  void isTheBaseRateUntilADecisionComes() {
    LayerSchedule schedule = new LayerSchedule("fresh", "conv", BASE);
    assertThat(schedule.valueAt(7, 0)).isEqualTo(Graphs.SCHEDULE.learningRateAt(7));
  }

  @Test
  void isTheFactorTimesTheBaseRateOfThatStep() {
    // Given
    LayerSchedule schedule = new LayerSchedule("times", "conv", BASE);

    // When
    LiveRates.of("times").latch(rates(Map.of("conv", 0.5)));

    // Then
    assertThat(schedule.valueAt(7, 0)).isEqualTo(0.5 * Graphs.SCHEDULE.learningRateAt(7));
    assertThat(schedule.valueAt(8, 0)).isEqualTo(0.5 * Graphs.SCHEDULE.learningRateAt(8));
  }

  @Test
  void copiesFollowTheSameRun() throws IOException {
    // Given
    LayerSchedule original = new LayerSchedule("copies", "conv", BASE);
    ObjectMapper mapper = new ObjectMapper();
    LayerSchedule read = mapper.readValue(mapper.writeValueAsString(original), LayerSchedule.class);
    LayerSchedule cloned = original.clone();

    // When
    LiveRates.of("copies").latch(rates(Map.of("conv", 1.25)));

    // Then
    double expected = 1.25 * Graphs.SCHEDULE.learningRateAt(3);
    assertThat(original.valueAt(3, 0)).isEqualTo(expected);
    assertThat(read.valueAt(3, 0)).isEqualTo(expected);
    assertThat(cloned.valueAt(3, 0)).isEqualTo(expected);
  }

  @Test
  void twoAreEqualWhenRunAndLayerAre() {
    LayerSchedule schedule = new LayerSchedule("run", "conv", BASE);
    assertThat(schedule)
        .isEqualTo(schedule.clone())
        .hasSameHashCodeAs(schedule.clone())
        .isNotEqualTo(new LayerSchedule("run", "other", BASE))
        .isNotEqualTo(new LayerSchedule("other", "conv", BASE))
        .isNotEqualTo(null)
        .isNotEqualTo("run/conv");
  }

  @Test
  void aFactorTakesEffectAtTheVeryNextIterationAndLeavesTheMomentumAlone() {
    // Given
    ComputationGraph graph = Graphs.scheduled(DataType.DOUBLE, "exact");
    ByHand byHand = new ByHand(graph);
    graph.setListeners(byHand);

    // When: new factors before the steps 3 and 5
    for (int step = 0; step < 8; step++) {
      if (step == 3) {
        byHand.inForce(Map.of("stem.conv", 0.5, "block.conv", 1.5, "dense", 0.75));
      }
      if (step == 5) {
        byHand.inForce(Map.of("stem.conv", 1.1, "dense", 0.6, "head", 2.0));
      }
      graph.fit(Graphs.batch(DataType.DOUBLE, step));

      // Then
      byHand.assertSame();
    }
  }

  @Test
  void aSavedAndRestoredNetworkFollowsItsRun() throws IOException {
    // Given
    ComputationGraph graph = Graphs.scheduled(DataType.DOUBLE, "restored");
    graph.fit(Graphs.batch(DataType.DOUBLE, 0));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);

    // When
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    LiveRates.of("restored").latch(rates(Map.of("dense", 0.5, "stem.conv", 1.5)));
    graph.fit(Graphs.batch(DataType.DOUBLE, 1));
    restored.fit(Graphs.batch(DataType.DOUBLE, 1));

    // Then
    assertThat(restored.params()).isEqualTo(graph.params());
    assertThat(restored.getIterationCount()).isEqualTo(2);
  }

  @Test
  void everyLayerHasARateOfItsOwnInTheJsonOfTheNetwork() {
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "named");
    ComputationGraphConfiguration read =
        ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson());
    assertThat(read).isEqualTo(graph.getConfiguration());
  }

  private static Rates rates(Map<String, Double> factors) {
    return new Rates("decision", 1, 0, factors);
  }

  /** Repeats training with plain arithmetic from the gradients that DL4J computes. */
  private static final class ByHand extends BaseTrainingListener {

    private static final Map<String, String> LEADER =
        Map.of("stem.bn", "stem.conv", "block.bn", "block.conv");

    private final ComputationGraph graph;
    private final Map<String, double[]> weights = new HashMap<>();
    private final Map<String, double[]> velocities = new HashMap<>();
    private Map<String, Double> factors = Map.of();

    ByHand(ComputationGraph graph) {
      this.graph = graph;
      for (String name : learned()) {
        weights.put(name, flat(graph.getParam(name)));
        velocities.put(name, new double[weights.get(name).length]);
      }
    }

    void inForce(Map<String, Double> newFactors) {
      factors = newFactors;
      LiveRates.of("exact").latch(rates(newFactors));
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
      for (String name : learned()) {
        String layer = name.substring(0, name.lastIndexOf('_'));
        double rate = base * factors.getOrDefault(LEADER.getOrDefault(layer, layer), 1.0);
        double decay = name.endsWith("_W") ? Graphs.WEIGHT_DECAY : 0;
        double[] gradient = flat(graph.gradient().getGradientFor(name));
        double[] w = weights.get(name);
        double[] v = velocities.get(name);
        for (int i = 0; i < w.length; i++) {
          v[i] = Graphs.MOMENTUM * v[i] + gradient[i] / 8 + decay * w[i];
          w[i] -= rate * v[i];
        }
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
}
