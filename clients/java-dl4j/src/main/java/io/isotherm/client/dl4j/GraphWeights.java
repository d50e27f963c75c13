package io.isotherm.client.dl4j;

import io.isotherm.client.LayerWeights;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Copies weights straight out of a graph's parameter buffer.
 *
 * <p>No element is moved: DL4J keeps a kernel as {@code [out, in, kH, kW]} in row-major order, and
 * a dense matrix as {@code [in, out]} in column-major order, which is {@code [out, in]} row by row.
 */
final class GraphWeights implements LayerWeights {

  private final Map<String, INDArray> weights = new HashMap<>();

  /**
   * The weights of {@code layers}.
   *
   * @throws IllegalArgumentException if a layer is missing, or lies in memory in another way
   */
  GraphWeights(ComputationGraph graph, List<LayerDescription> layers) {
    for (LayerDescription layer : layers) {
      weights.put(layer.name(), checked(graph, layer));
    }
  }

  private static INDArray checked(ComputationGraph graph, LayerDescription layer) {
    if (graph.getVertex(layer.name()) == null || !graph.getVertex(layer.name()).hasLayer()) {
      throw new IllegalArgumentException("the graph has no layer '%s'".formatted(layer.name()));
    }
    INDArray array = graph.getLayer(layer.name()).getParam(DefaultParamInitializer.WEIGHT_KEY);
    long[] shape = layer.shape().stream().mapToLong(Long::longValue).toArray();
    boolean asInPyTorch =
        layer.kind() == LayerKind.DENSE
            ? Arrays.equals(array.shape(), new long[] {shape[1], shape[0]}) && columnsTouch(array)
            : Arrays.equals(array.shape(), shape) && rowsTouch(array);
    if (!asInPyTorch) {
      throw new IllegalArgumentException(
          "weights of layer '%s' must lie in memory as %s row by row, got: shape %s, strides %s"
              .formatted(
                  layer.name(),
                  layer.shape(),
                  Arrays.toString(array.shape()),
                  Arrays.toString(array.stride())));
    }
    return array;
  }

  private static boolean columnsTouch(INDArray array) {
    return (array.size(0) == 1 || array.stride(0) == 1)
        && (array.size(1) == 1 || array.stride(1) == array.size(0));
  }

  private static boolean rowsTouch(INDArray array) {
    long expected = 1;
    for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
      if (array.size(dimension) != 1 && array.stride(dimension) != expected) {
        return false;
      }
      expected *= array.size(dimension);
    }
    return true;
  }

  @Override
  public DType dtype(LayerDescription layer) {
    INDArray array = weights.get(layer.name());
    return switch (array.dataType()) {
      case DOUBLE -> DType.F64;
      case FLOAT -> DType.F32;
      case HALF -> DType.F16;
      case BFLOAT16 -> DType.BF16;
      default ->
          throw new IllegalArgumentException(
              "weights of layer '%s' must be floating point, got: %s"
                  .formatted(layer.name(), array.dataType()));
    };
  }

  @Override
  public void copyTo(LayerDescription layer, ByteBuffer target) {
    INDArray array = weights.get(layer.name());
    long bytes = array.length() * array.dataType().width();
    if (target.remaining() != bytes) {
      throw new IllegalArgumentException(
          "buffer for layer '%s' must have %d bytes, got: %d"
              .formatted(layer.name(), bytes, target.remaining()));
    }
    // A slice, since a pointer to a buffer starts at the buffer's first byte.
    Pointer.memcpy(new Pointer(target.slice()), array.data().addressPointer(), bytes);
  }
}
