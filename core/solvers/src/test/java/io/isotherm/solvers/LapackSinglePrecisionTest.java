package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.isotherm.golden.Weights;
import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class LapackSinglePrecisionTest extends EigenvalueSolverContract {

  /** Views of the workspace, made once for each call; a vector that is not in a register is 48. */
  private static final long BYTES_OF_A_CALL = 8192;

  /** For the compiler on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  protected EigenvalueSolver create() {
    return new LapackEigenvalueSolver();
  }

  @Override
  protected Precision precision() {
    return Precision.FP32;
  }

  @Test
  void warmSolverAllocatesNothingForAMatrix() {
    // Given 64 matrices
    WeightMatrices matrices =
        matrices(Weights.floats(List.of(64L, 80L, 8L, 8L), Weights.gaussian(64 * 80 * 64, 3)));
    double[] target = new double[matrices.eigenvalueCount()];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    solver().eigenvalues(matrices, Precision.FP32, target);
    long allocations = ((LapackEigenvalueSolver) solver()).allocations();
    long nativeBytes = Pointer.totalBytes();

    // When it is called until its kernels are compiled
    long heapBytes = Long.MAX_VALUE;
    long begun = System.nanoTime();
    while (heapBytes > BYTES_OF_A_CALL && System.nanoTime() - begun < PATIENCE.toNanos()) {
      long before = threads.getCurrentThreadAllocatedBytes();
      solver().eigenvalues(matrices, Precision.FP32, target);
      heapBytes = threads.getCurrentThreadAllocatedBytes() - before;
    }

    // Then
    assertThat(heapBytes).isLessThanOrEqualTo(BYTES_OF_A_CALL);
    assertThat(((LapackEigenvalueSolver) solver()).allocations()).isEqualTo(allocations);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(nativeBytes);
  }

  @Test
  void memoryOnTheHeapCountsForTheBound() {
    // Given room for the 80 kB outside the heap, and not for what is on it
    try (LapackEigenvalueSolver solver = new LapackEigenvalueSolver(90_000)) {
      WeightMatrices matrices = matrices(Weights.dense(100, 100, Weights.gaussian(10_000, 5)));

      // When, then
      assertThatThrownBy(() -> solver.eigenvalues(matrices, Precision.FP32))
          .isInstanceOf(SolverException.class)
          .hasMessageMatching("workspace must not exceed 90000 bytes, needed: 1[0-2]\\d{4}");
      assertThat(solver.allocations()).isZero();
    }
  }
}
