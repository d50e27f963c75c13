package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.NormRule;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class WeightLayersTest {

  @Test
  void describesAResidualNetworkAsPyTorchWould() {
    // Given
    ComputationGraphConfiguration network =
        Graphs.residual(DataType.FLOAT, new MomentumSgd(0.1, 0.9));

    // When
    List<LayerDescription> layers =
        WeightLayers.of(
                network, name -> name.startsWith("block") ? OptionalInt.of(0) : OptionalInt.empty())
            .descriptions();

    // Then: the norm behind the addition follows nobody
    assertThat(layers)
        .containsExactly(
            convolution("stem.conv", List.of(3L, 2L, 3L, 2L), "stem.bn", OptionalInt.empty()),
            convolution("block.conv", List.of(3L, 3L, 3L, 2L), "block.bn", OptionalInt.of(0)),
            dense("dense", List.of(6L, 60L)),
            dense("head", List.of(3L, 6L)));
  }

  @Test
  void goesFromInputToOutputWhateverTheOrderOfDefinition() {
    // Given
    ComputationGraphConfiguration network =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("x")
            .setInputTypes(InputType.feedForward(4))
            .addLayer("last", output(), "middle")
            .addLayer("middle", dense(5), "first")
            .addLayer("first", dense(3), "x")
            .setOutputs("last")
            .build();

    // When
    List<LayerDescription> layers = WeightLayers.of(network).descriptions();

    // Then
    assertThat(layers)
        .extracting(LayerDescription::name)
        .containsExactly("first", "middle", "last");
  }

  @ParameterizedTest
  @CsvSource({"BY_NAME, bn1, bn2", "BY_ORDER, bn2, after"})
  void normsFollowByNameOrByOrderOnRequest(NormRule rule, String ofFirst, String ofSecond) {
    // Given: every norm before its convolution, but for one that is called like none
    ComputationGraphConfiguration network =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(5, 4, 2))
            .addLayer("bn1", new BatchNormalization.Builder().build(), "image")
            .addLayer("conv1", convolution(), "bn1")
            .addLayer("bn2", new BatchNormalization.Builder().build(), "conv1")
            .addLayer("conv2", convolution(), "bn2")
            .addLayer("after", new BatchNormalization.Builder().build(), "conv2")
            .addLayer("last", output(), "after")
            .setOutputs("last")
            .build();

    // When
    List<LayerDescription> layers =
        WeightLayers.of(network, layer -> OptionalInt.empty(), rule).descriptions();

    // Then
    assertThat(layers)
        .extracting(LayerDescription::normLayers)
        .containsExactly(List.of(ofFirst), List.of(ofSecond), List.of());
  }

  @Test
  void leavesFrozenLayersOut() {
    // Given
    ComputationGraphConfiguration network =
        chain(new FrozenLayer.Builder().layer(dense(3)).build());

    // When
    List<LayerDescription> layers = WeightLayers.of(network).descriptions();

    // Then
    assertThat(layers).extracting(LayerDescription::name).containsExactly("last");
  }

  @Test
  void aLayerThatDoesNotKnowItsSizeIsNamed() {
    ComputationGraphConfiguration network =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("x")
            .addLayer("first", dense(3), "x")
            .addLayer("last", output(), "first")
            .setOutputs("last")
            .build();
    assertThatThrownBy(() -> WeightLayers.of(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer 'first' must know its sizes");
  }

  @Test
  void schedulesKeepTheKindOfUpdater() {
    // Given
    ComputationGraphConfiguration network = Graphs.residual(DataType.FLOAT, new Adam(0.1));

    // When
    WeightLayers.of(network).schedule(network, "adam", Graphs.SCHEDULE);

    // Then
    assertThat(updater(network, "dense"))
        .isInstanceOfSatisfying(
            Adam.class,
            adam ->
                assertThat(adam.getLearningRateSchedule())
                    .isEqualTo(new LayerSchedule("adam", "dense", BaseRate.of(Graphs.SCHEDULE))));
    assertThat(updater(network, "dense")).isNotSameAs(updater(network, "head"));
  }

  @Test
  void aNormLayerTakesTheScheduleOfTheConvolutionThatItFollows() {
    // Given
    ComputationGraphConfiguration network = Graphs.residual(DataType.FLOAT, new Adam(0.1));

    // When
    WeightLayers.of(network).schedule(network, "norms", Graphs.SCHEDULE);

    // Then
    assertThat(updater(network, "block.bn")).isEqualTo(updater(network, "block.conv"));
    assertThat(updater(network, "stem.bn")).isEqualTo(updater(network, "stem.conv"));
    assertThat(updater(network, "after.bn")).isNotEqualTo(updater(network, "block.conv"));
  }

  @Test
  void anUpdaterWithoutALearningRateIsRefused() {
    ComputationGraphConfiguration network = Graphs.residual(DataType.FLOAT, new AdaDelta());
    WeightLayers layers = WeightLayers.of(network);
    assertThatThrownBy(() -> layers.schedule(network, "run", Graphs.SCHEDULE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("updater of layer 'stem.conv' must have a learning rate")
        .hasMessageContaining("AdaDelta");
  }

  private static Object updater(ComputationGraphConfiguration network, String layer) {
    return ((BaseLayer) ((LayerVertex) network.getVertices().get(layer)).getLayerConf().getLayer())
        .getIUpdater();
  }

  private static ComputationGraphConfiguration chain(Layer first) {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("x")
        .setInputTypes(InputType.feedForward(4))
        .addLayer("first", first, "x")
        .addLayer("last", output(), "first")
        .setOutputs("last")
        .build();
  }

  private static ConvolutionLayer convolution() {
    return new ConvolutionLayer.Builder(2, 2).nOut(3).build();
  }

  private static DenseLayer dense(int width) {
    return new DenseLayer.Builder().nOut(width).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MSE).nOut(2).build();
  }

  private static LayerDescription convolution(
      String name, List<Long> shape, String norm, OptionalInt block) {
    return new LayerDescription(name, LayerKind.CONVOLUTION, shape, Optional.of(norm), block);
  }

  private static LayerDescription dense(String name, List<Long> shape) {
    return new LayerDescription(
        name, LayerKind.DENSE, shape, Optional.empty(), OptionalInt.empty());
  }
}
