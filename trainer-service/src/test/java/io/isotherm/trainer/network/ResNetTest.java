package io.isotherm.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.client.dl4j.WeightLayers;
import io.isotherm.contracts.run.LayerDescription;
import java.util.List;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

class ResNetTest {

  private final ResNet resNet = new ResNet();
  private final ComputationGraphConfiguration network = resNet.configuration(1, 28, 10, 0.1);

  @Test
  void hasSixteenWeightLayersFromStemToHead() {
    assertThat(WeightLayers.of(network).descriptions())
        .extracting(LayerDescription::name)
        .containsExactly(
            "stem.conv",
            "stage1.block0.conv1",
            "stage1.block0.conv2",
            "stage1.block1.conv1",
            "stage1.block1.conv2",
            "stage2.block0.conv1",
            "stage2.block0.conv2",
            "stage2.block0.shortcut.conv",
            "stage2.block1.conv1",
            "stage2.block1.conv2",
            "stage3.block0.conv1",
            "stage3.block0.conv2",
            "stage3.block0.shortcut.conv",
            "stage3.block1.conv1",
            "stage3.block1.conv2",
            "head");
  }

  @Test
  void everyConvolutionHasItsNorm() {
    List<LayerDescription> layers = WeightLayers.of(network).descriptions();
    assertThat(layers.subList(0, 15))
        .allSatisfy(
            layer ->
                assertThat(layer.normLayers()).containsExactly(layer.name().replace("conv", "bn")));
    assertThat(layers.get(15).normLayers()).isEmpty();
  }

  @Test
  void blocksAreCountedThroughTheStages() {
    assertThat(resNet.blockOf("stem.conv")).isEqualTo(OptionalInt.empty());
    assertThat(resNet.blockOf("stage1.block0.conv1")).isEqualTo(OptionalInt.of(0));
    assertThat(resNet.blockOf("stage3.block0.shortcut.conv")).isEqualTo(OptionalInt.of(4));
    assertThat(resNet.blockOf("stage3.block1.conv2")).isEqualTo(OptionalInt.of(5));
  }

  @Test
  void hasAsManyParametersAsThePlanSays() {
    // Given
    ComputationGraph graph = new ComputationGraph(network);

    // When
    graph.init();

    // Then
    assertThat(graph.numParams()).isBetween(170_000L, 180_000L);
  }
}
