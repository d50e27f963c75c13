package io.isotherm.benchmarks.stages;

import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightGenerator;
import io.isotherm.benchmarks.workload.WeightKind;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One layer's bytes, as a received snapshot has them. */
@State(Scope.Thread)
public class Layer {

  private static final long SEED = 1;

  /** {@code [out, in]} or {@code [out, in, kH, kW]}. */
  @Param({
    "64x64",
    "128x128",
    "512x512",
    "512x512x3x3",
    "768x2304",
    "768x3072",
    "2048x2048",
    "4096x4096"
  })
  public String shape;

  private SafeTensor tensor;

  /** Generates the weights. */
  @Setup
  public void generate() {
    LayerShape parsed = LayerShape.parse(shape);
    tensor =
        new SafeTensor(
            "layer",
            DType.F32,
            parsed.dimensions().stream().map(Integer::longValue).toList(),
            Map.of(),
            new WeightGenerator(WeightKind.TRAINED, SEED).next(parsed));
  }

  SafeTensor tensor() {
    return tensor;
  }

  /** The same weights in another type, cut to it: what a half cannot hold is 0. */
  SafeTensor tensor(DType dtype) {
    ByteBuffer floats = tensor.data().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer data =
        ByteBuffer.allocate((int) tensor.elementCount() * dtype.bytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    while (floats.hasRemaining()) {
      float weight = floats.getFloat();
      switch (dtype) {
        case F64 -> data.putDouble(weight);
        case F32 -> data.putFloat(weight);
        case F16 -> data.putShort(half(weight));
        case BF16 -> data.putShort((short) (Float.floatToRawIntBits(weight) >> Short.SIZE));
      }
    }
    return new SafeTensor("layer", dtype, tensor.shape(), Map.of(), data.flip());
  }

  /** IEEE 754 binary16 has 5 bits of exponent with a bias of 15, and 10 of fraction. */
  private static short half(float weight) {
    int sign = weight < 0 ? 0x8000 : 0;
    int exponent = Math.getExponent(weight) + 15;
    int fraction = Float.floatToRawIntBits(weight) >> 13 & 0x3ff;
    return (short) (exponent < 1 ? sign : sign | exponent << 10 | fraction);
  }
}
