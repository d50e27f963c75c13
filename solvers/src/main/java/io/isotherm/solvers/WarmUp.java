package io.isotherm.solvers;

import io.isotherm.contracts.safetensors.DType;
import io.isotherm.contracts.safetensors.SafeTensor;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** A first call on a small matrix, so that libraries are loaded before work arrives. */
final class WarmUp {

  private static final int ORDER = 64;

  private WarmUp() {}

  static void solveOnce(EigenvalueSolver solver) {
    ByteBuffer data =
        ByteBuffer.allocate(ORDER * ORDER * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ORDER; i++) {
      data.putFloat((i * ORDER + i) * Float.BYTES, i + 1f);
    }
    List<Long> shape = List.of((long) ORDER, (long) ORDER);
    try {
      WeightMatrices matrices =
          WeightTensor.of(new SafeTensor("warm-up", DType.F32, shape, Map.of(), data)).slices();
      for (Precision precision : Precision.values()) {
        if (solver.supports(precision)) {
          solver.eigenvalues(matrices, precision);
        }
      }
    } catch (UnreadableTensorException e) {
      throw new IllegalStateException(e);
    }
  }
}
