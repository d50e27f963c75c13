package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GraphWeightsTest {

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void everyWeightStandsWherePyTorchWouldHaveIt(DataType type) {
    // Given: weights that training has moved
    ComputationGraph graph = Graphs.scheduled(type, "weights-" + type);
    graph.fit(Graphs.batch(type, 1));
    List<LayerDescription> layers = WeightLayers.of(graph.getConfiguration()).descriptions();
    GraphWeights weights = new GraphWeights(graph, layers);
    for (LayerDescription layer : layers) {
      // When: the target is the middle of a larger buffer
      DType dtype = weights.dtype(layer);
      int elements =
          (int) layer.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
      ByteBuffer whole =
          ByteBuffer.allocateDirect(16 + elements * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      whole.position(8).limit(8 + elements * dtype.bytes());
      weights.copyTo(layer, whole.slice().order(ByteOrder.LITTLE_ENDIAN));

      // Then
      INDArray array = graph.getLayer(layer.name()).getParam("W");
      for (int i = 0; i < elements; i++) {
        double actual = dtype == DType.F32 ? whole.getFloat(8 + 4 * i) : whole.getDouble(8 + 8 * i);
        assertThat(actual).as(layer.name() + "[" + i + "]").isEqualTo(element(array, layer, i));
      }
      whole.clear();
      assertThat(whole.getLong(0)).as("before").isZero();
      assertThat(whole.getLong(whole.capacity() - 8)).as("behind").isZero();
    }
  }

  @Test
  void aBufferOfAnotherSizeIsRefused() {
    // Given
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "weights-size");
    List<LayerDescription> layers = WeightLayers.of(graph.getConfiguration()).descriptions();
    GraphWeights weights = new GraphWeights(graph, layers);

    // When, Then
    assertThatThrownBy(() -> weights.copyTo(layers.get(3), ByteBuffer.allocateDirect(76)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("buffer for layer 'head' must have 72 bytes, got: 76");
  }

  @Test
  void aLayerThatTheGraphDoesNotHaveIsNamed() {
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "weights-missing");
    assertThatThrownBy(() -> new GraphWeights(graph, List.of(dense("nowhere", 3, 6))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the graph has no layer 'nowhere'");
  }

  @Test
  void aDescriptionOfAnotherShapeIsRefused() {
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "weights-shape");
    assertThatThrownBy(() -> new GraphWeights(graph, List.of(dense("head", 6, 3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weights of layer 'head' must lie in memory as [6, 3]");
  }

  /** The element number {@code i} of {@code [out, in]} or {@code [out, in, kH, kW]}, row by row. */
  private static double element(INDArray array, LayerDescription layer, int i) {
    List<Long> shape = layer.shape();
    if (layer.kind() == LayerKind.DENSE) {
      return array.getDouble(i % shape.get(1), i / shape.get(1)); // DL4J's is [in, out]
    }
    long width = shape.get(3);
    long area = width * shape.get(2);
    long volume = area * shape.get(1);
    return array.getDouble(
        new int[] {
          (int) (i / volume), (int) (i % volume / area), (int) (i % area / width), (int) (i % width)
        });
  }

  private static LayerDescription dense(String name, long out, long in) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(out, in), Optional.empty(), OptionalInt.empty());
  }
}
