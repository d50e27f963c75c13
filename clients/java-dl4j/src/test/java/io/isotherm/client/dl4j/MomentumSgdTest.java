package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;

class MomentumSgdTest {

  /** Two roundings of a double in each of three steps. */
  private static final double ROUNDING = 1e-15;

  private static final double[] GRADIENTS = {0.5, -0.25, 2.0};

  @Test
  void stepsAreTheLearningRateTimesTheVelocity() {
    // Given
    GradientUpdater<MomentumSgd> updater = updater(new MomentumSgd(0.1, 0.9));
    double velocity = 0;
    for (double g : GRADIENTS) {
      INDArray gradient = Nd4j.createFromArray(g);

      // When
      updater.applyUpdater(gradient, 0, 0);

      // Then: v = mu v + g, step = lr v
      velocity = 0.9 * velocity + g;
      assertThat(gradient.getDouble(0)).isCloseTo(0.1 * velocity, within(ROUNDING));
    }
  }

  @Test
  void nesterovLooksOneMomentumStepAhead() {
    // Given
    GradientUpdater<MomentumSgd> updater = updater(new MomentumSgd(0.1, null, 0.9, true));
    double velocity = 0;
    for (double g : GRADIENTS) {
      INDArray gradient = Nd4j.createFromArray(g);

      // When
      updater.applyUpdater(gradient, 0, 0);

      // Then: v = mu v + g, step = lr (g + mu v)
      velocity = 0.9 * velocity + g;
      assertThat(gradient.getDouble(0)).isCloseTo(0.1 * (g + 0.9 * velocity), within(ROUNDING));
    }
  }

  @Test
  void aChangedRateCountsInFullAtOnceAndLeavesTheVelocityAlone() {
    // Given
    MomentumSgd config = new MomentumSgd(0.1, 0.9);
    GradientUpdater<MomentumSgd> updater = updater(config);
    updater.applyUpdater(Nd4j.createFromArray(1.0), 0, 0);
    INDArray gradient = Nd4j.createFromArray(0.0);

    // When
    config.setLrAndSchedule(0.02, null);
    updater.applyUpdater(gradient, 1, 0);

    // Then
    assertThat(gradient.getDouble(0)).isCloseTo(0.02 * 0.9, within(ROUNDING));
    assertThat(updater.getState().get("V").getDouble(0)).isCloseTo(0.9, within(ROUNDING));
  }

  @Test
  void survivesTheJsonOfANetwork() {
    // Given
    MomentumSgd config =
        new MomentumSgd(
            0.1, new LayerSchedule("json", "a", BaseRate.of(Graphs.SCHEDULE)), 0.8, true);
    String json = Graphs.residual(DataType.FLOAT, config).toJson();

    // When
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(json);

    // Then
    BaseLayer dense =
        (BaseLayer) ((LayerVertex) read.getVertices().get("dense")).getLayerConf().getLayer();
    assertThat(dense.getIUpdater()).isEqualTo(config).isNotSameAs(config);
  }

  @Test
  void aCopyIsEqualAndAnotherMomentumIsNot() {
    MomentumSgd config = new MomentumSgd(0.1, 0.9);
    assertThat(config.clone()).isEqualTo(config).hasSameHashCodeAs(config);
    assertThat(new MomentumSgd(0.1, 0.8)).isNotEqualTo(config);
  }

  @Test
  void aMomentumOfOneIsRefused() {
    assertThatThrownBy(() -> new MomentumSgd(0.1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("momentum must be less than 1, got: 1.0");
  }

  private static GradientUpdater<MomentumSgd> updater(MomentumSgd config) {
    return config.instantiate(Nd4j.zeros(DataType.DOUBLE, 1), true);
  }
}
