package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightGenerator;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.client.LayerWeights;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A network's layers as a trainer has them in memory. */
final class LayerBytes implements LayerWeights {

  private static final int SEED = 1;

  private final DType dtype;
  private final List<LayerDescription> layers = new ArrayList<>();
  private final Map<String, ByteBuffer> weights = new HashMap<>();

  private LayerBytes(DType dtype) {
    this.dtype = dtype;
  }

  /**
   * Generated weights of a workload.
   *
   * @param dtype F32, or BF16, to which they are cut
   */
  static LayerBytes of(Workload workload, DType dtype) {
    LayerBytes all = new LayerBytes(dtype);
    WeightGenerator generator = new WeightGenerator(workload.weights(), SEED);
    for (LayerShape shape : workload.layers()) {
      String name = "layer-%03d".formatted(all.layers.size());
      List<Long> dimensions = shape.dimensions().stream().map(Integer::longValue).toList();
      all.layers.add(
          new LayerDescription(
              name,
              dimensions.size() == 2 ? LayerKind.DENSE : LayerKind.CONVOLUTION,
              dimensions,
              Optional.empty(),
              OptionalInt.empty()));
      ByteBuffer floats = generator.next(shape).order(ByteOrder.LITTLE_ENDIAN);
      all.weights.put(name, dtype == DType.BF16 ? cut(floats) : floats);
    }
    return all;
  }

  private static ByteBuffer cut(ByteBuffer floats) {
    ByteBuffer upper = ByteBuffer.allocate(floats.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
    while (floats.hasRemaining()) {
      upper.putShort((short) (floats.getInt() >>> Short.SIZE));
    }
    return upper.flip();
  }

  /** In the network's order. */
  List<LayerDescription> layers() {
    return layers;
  }

  /** One layer of each shape, in the network's order. */
  List<LayerDescription> firstOfEachShape() {
    Set<List<Long>> shapes = new HashSet<>();
    return layers.stream().filter(layer -> shapes.add(layer.shape())).toList();
  }

  /** Of all layers. */
  long totalBytes() {
    return weights.values().stream().mapToLong(ByteBuffer::remaining).sum();
  }

  /** The layers as a solver takes them. */
  List<SafeTensor> tensors() {
    return layers.stream()
        .map(
            layer ->
                new SafeTensor(
                    layer.name(), dtype, layer.shape(), Map.of(), weights.get(layer.name())))
        .toList();
  }

  @Override
  public DType dtype(LayerDescription layer) {
    return dtype;
  }

  @Override
  public void copyTo(LayerDescription layer, ByteBuffer target) {
    target.put(weights.get(layer.name()).duplicate());
  }
}
