package io.isotherm.benchmarks.stages;

import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightGenerator;
import io.isotherm.benchmarks.workload.WeightKind;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
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
}
