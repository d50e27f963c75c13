package io.isotherm.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.client.dl4j.OneDnnHelpers;
import io.isotherm.client.dl4j.WeightLayers;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.trainer.data.FashionMnist;
import io.isotherm.trainer.data.LabelledImages;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.L2Regularization;

/** What the service expects of every network that can be ordered. */
class NetworksTest {

  private static final int BATCH = 4;
  private static final LabelledImages IMAGES = FashionMnist.load(BATCH, 1).training();

  @BeforeAll
  static void useTheHelpers() {
    OneDnnHelpers.enable();
  }

  @Test
  void theDefaultIsTheResNet() {
    assertThat(Networks.DEFAULT).isEqualTo("resnet-14");
    assertThat(Networks.defaultNetwork()).isInstanceOf(ResNet.class);
    assertThat(Networks.named("resnet-14")).containsInstanceOf(ResNet.class);
    assertThat(Networks.named("ResNet-14")).isEmpty();
  }

  @Test
  void eachIsFoundByItsName() {
    assertThat(Networks.names()).isNotEmpty().doesNotHaveDuplicates();
    assertThat(Networks.all())
        .hasSameSizeAs(Networks.names())
        .allSatisfy(
            network -> {
              assertThat(network.name()).matches("[a-z0-9]+(-[a-z0-9]+)*");
              assertThat(network.title()).isNotBlank();
              assertThat(Networks.named(network.name())).containsSame(network);
            });
  }

  @ParameterizedTest
  @MethodSource("io.isotherm.trainer.network.Networks#names")
  void classifiesABatchOfImages(String name) {
    // Given
    ComputationGraph graph = new ComputationGraph(configuration(name));
    graph.init();

    // When
    INDArray answer = graph.outputSingle(IMAGES.batch(0, 1, 2, 3).getFeatures());

    // Then: the probabilities of the classes, for each image
    assertThat(answer.shape()).containsExactly(BATCH, LabelledImages.CLASSES);
    for (float sum : answer.sum(1).toFloatVector()) {
      assertThat(sum).isCloseTo(1, within(1e-5f));
    }
  }

  @ParameterizedTest
  @MethodSource("io.isotherm.trainer.network.Networks#names")
  void everyLayerWithAMatrixIsAWeightLayer(String name) {
    // Given
    Network network = Networks.named(name).orElseThrow();
    ComputationGraphConfiguration configuration = configuration(name);
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();

    // When
    List<LayerDescription> layers = WeightLayers.of(configuration, network::blockOf).descriptions();

    // Then
    List<String> withMatrix =
        graph.paramTable().entrySet().stream()
            .filter(parameter -> parameter.getValue().rank() > 1 && !isRow(parameter.getValue()))
            .map(parameter -> parameter.getKey().substring(0, parameter.getKey().lastIndexOf('_')))
            .distinct()
            .toList();
    assertThat(layers)
        .extracting(LayerDescription::name)
        .containsExactlyInAnyOrderElementsOf(withMatrix);
  }

  @ParameterizedTest
  @MethodSource("io.isotherm.trainer.network.Networks#names")
  void blocksAreCountedFromTheInputWithoutAGap(String name) {
    Network network = Networks.named(name).orElseThrow();

    List<Integer> blocks =
        WeightLayers.of(configuration(name), network::blockOf).descriptions().stream()
            .flatMapToInt(layer -> layer.block().stream())
            .distinct()
            .boxed()
            .toList();

    for (int i = 0; i < blocks.size(); i++) {
      assertThat(blocks.get(i)).isEqualTo(i);
    }
  }

  @ParameterizedTest
  @MethodSource("io.isotherm.trainer.network.Networks#names")
  void theWeightDecayIsThatOfEveryWeightLayer(String name) {
    double said = Networks.named(name).orElseThrow().weightDecay();
    ComputationGraphConfiguration configuration = configuration(name);

    assertThat(WeightLayers.of(configuration).descriptions())
        .allSatisfy(layer -> assertThat(l2(configuration, layer.name())).isEqualTo(said));
  }

  @ParameterizedTest
  @MethodSource("io.isotherm.trainer.network.Networks#names")
  void everyParameterHasItsPlaceInACheckpoint(String name) {
    ComputationGraph graph = new ComputationGraph(configuration(name));
    graph.init();

    List<SafeTensor> tensors = StateDict.of(graph);

    assertThat(tensors.stream().mapToLong(SafeTensor::elementCount).sum())
        .isEqualTo(graph.numParams());
    assertThat(tensors).extracting(SafeTensor::name).doesNotHaveDuplicates();
  }

  private static ComputationGraphConfiguration configuration(String name) {
    return Networks.named(name)
        .orElseThrow()
        .configuration(1, IMAGES.side(), LabelledImages.CLASSES, 0.1);
  }

  private static boolean isRow(INDArray parameter) {
    return parameter.rank() == 2 && parameter.size(0) == 1;
  }

  private static double l2(ComputationGraphConfiguration configuration, String layer) {
    LayerVertex vertex = (LayerVertex) configuration.getVertices().get(layer);
    return ((BaseLayer) vertex.getLayerConf().getLayer())
        .getRegularization().stream()
            .filter(L2Regularization.class::isInstance)
            .mapToDouble(l2 -> ((L2Regularization) l2).getL2().valueAt(0, 0))
            .sum();
  }
}
