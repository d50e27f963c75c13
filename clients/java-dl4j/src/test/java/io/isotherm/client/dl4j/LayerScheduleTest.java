package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.client.Rates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class LayerScheduleTest {

  private static final BaseRate BASE = BaseRate.of(Graphs.SCHEDULE);

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
    AtomicReference<Map<String, Double>> factors = new AtomicReference<>(Map.of());
    ByHand byHand =
        new ByHand(graph, ByHand.Decay.L2, () -> new ByHand.InForce(factors.get(), Map.of()));
    graph.setListeners(byHand);

    // When: new factors before the steps 3 and 5
    for (int step = 0; step < 8; step++) {
      if (step == 3) {
        factors.set(Map.of("stem.conv", 0.5, "block.conv", 1.5, "dense", 0.75));
      }
      if (step == 5) {
        factors.set(Map.of("stem.conv", 1.1, "dense", 0.6, "head", 2.0));
      }
      LiveRates.of("exact").latch(rates(factors.get()));
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
}
