package io.isotherm.solvers;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Calls on small matrices, so that libraries are loaded and loops compiled before work arrives. */
final class WarmUp {

  private static final int ORDER = 64;

  /** With a last strip of padding and one without, and an odd and an even order. */
  private static final List<Integer> KERNEL_ORDERS = List.of(127, 192);

  private static final int MAX_ROUNDS = 250;
  private static final long MAX_NANOS = 2_000_000_000;

  private WarmUp() {}

  static void solveOnce(EigenvalueSolver solver) {
    WeightMatrices matrices = matrices(ORDER);
    for (Precision precision : Precision.values()) {
      if (solver.supports(precision)) {
        solver.eigenvalues(matrices, precision);
      }
    }
  }

  /**
   * Solves in single precision until the kernels on the vector unit are compiled: before, they take
   * a hundred times as long, which would be minutes for a large matrix.
   */
  static void compile(EigenvalueSolver solver) {
    List<WeightMatrices> matrices = KERNEL_ORDERS.stream().map(WarmUp::matrices).toList();
    double[] target = new double[Collections.max(KERNEL_ORDERS)];
    long begun = System.nanoTime();
    for (int i = 0; i < MAX_ROUNDS && System.nanoTime() - begun < MAX_NANOS; i++) {
      for (WeightMatrices each : matrices) {
        solver.eigenvalues(each, Precision.FP32, target);
      }
    }
  }

  /** One square matrix with elements that look random. */
  private static WeightMatrices matrices(int order) {
    ByteBuffer data =
        ByteBuffer.allocate(order * order * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    while (data.hasRemaining()) {
      data.putFloat(random.nextFloat() - 0.5f);
    }
    List<Long> shape = List.of((long) order, (long) order);
    try {
      return WeightTensor.of(new SafeTensor("warm-up", DType.F32, shape, Map.of(), data.flip()))
          .slices();
    } catch (UnreadableTensorException e) {
      throw new IllegalStateException(e);
    }
  }
}
