package io.isotherm.checkpoints;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.terminal.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Weights for tests. */
final class Models {

  private Models() {}

  /** Gaussian weights, which have an alpha. */
  static SafeTensor gaussian(String name, long... shape) {
    Random random = new Random(name.hashCode());
    return tensor(name, shape, index -> (float) random.nextGaussian());
  }

  /** Weights of a Cauchy distribution: a few of them are most of the matrix. */
  static SafeTensor heavyTailed(String name, long... shape) {
    Random random = new Random(name.hashCode());
    return tensor(name, shape, index -> (float) Math.tan(Math.PI * (random.nextDouble() - 0.5)));
  }

  /** Weights that are all the same. */
  static SafeTensor constant(String name, float value, long... shape) {
    return tensor(name, shape, index -> value);
  }

  /** Given weights. */
  static SafeTensor of(String name, float[] weights, long... shape) {
    return tensor(name, shape, index -> weights[index]);
  }

  /** A checkpoint, to be measured without a native library. */
  static CheckpointAnalysis analysis(Path file, EstimatorSpec estimator) throws Exception {
    return CheckpointAnalysis.of(
        CheckpointSource.of(file),
        new AnalysisSettings(
            estimator,
            PrecisionMode.MIXED,
            SolverKind.REFERENCE,
            new Resources(2, 1L << 30),
            LayerChoice.BY_RULES,
            Optional.empty(),
            Optional.empty(),
            false));
  }

  /** A terminal of which nobody sees more than its text. */
  static Terminal plain(OutputStream out) {
    return new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false, false, 80);
  }

  private interface Weights {
    float at(int index);
  }

  private static SafeTensor tensor(String name, long[] shape, Weights weights) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    ByteBuffer data = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat(weights.at(i));
    }
    List<Long> dimensions = Arrays.stream(shape).boxed().toList();
    return new SafeTensor(name, DType.F32, dimensions, Map.of(), data.flip());
  }
}
