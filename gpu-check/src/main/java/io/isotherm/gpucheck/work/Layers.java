package io.isotherm.gpucheck.work;

import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightGenerator;
import io.isotherm.benchmarks.workload.WeightKind;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** Layers in memory, as they lie there once a snapshot is received. */
public final class Layers {

  private static final int HALF = Short.SIZE;

  private Layers() {}

  /** The matrices as a dense layer, one above the other, in F32 or BF16. */
  public static SafeTensor stacked(Shape shape, Spectra spectra, DType dtype, long seed) {
    float[] weights = spectra.weights(shape, seed);
    ByteBuffer data =
        ByteBuffer.allocate(weights.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(weights);
    return tensor(
        List.of((long) shape.count() * shape.rows(), (long) shape.columns()), dtype, data);
  }

  /** Weights as a trained layer's, in F32 or BF16. */
  public static SafeTensor trained(LayerShape shape, DType dtype, long seed) {
    return of(shape, WeightKind.TRAINED, dtype, seed);
  }

  /** Weights of some kind, in F32 or BF16. */
  static SafeTensor of(LayerShape shape, WeightKind kind, DType dtype, long seed) {
    return tensor(
        shape.dimensions().stream().map(Integer::longValue).toList(),
        dtype,
        new WeightGenerator(kind, seed).next(shape));
  }

  private static SafeTensor tensor(List<Long> shape, DType dtype, ByteBuffer floats) {
    ByteBuffer data =
        switch (dtype) {
          case F32 -> floats;
          case BF16 -> halved(floats);
          default -> throw new IllegalArgumentException("not made here: " + dtype);
        };
    return new SafeTensor("layer", dtype, shape, Map.of(), data);
  }

  /** Cut off, not rounded: these are weights as good as any. */
  private static ByteBuffer halved(ByteBuffer floats) {
    ByteBuffer halves = ByteBuffer.allocate(floats.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < floats.limit(); i += Float.BYTES) {
      halves.putShort((short) (floats.getInt(i) >>> HALF));
    }
    return halves.flip();
  }
}
