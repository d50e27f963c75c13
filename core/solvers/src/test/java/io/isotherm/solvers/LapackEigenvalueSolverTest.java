package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.golden.Weights;
import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LapackEigenvalueSolverTest extends EigenvalueSolverContract {

  /** Of the largest eigenvalue: the Gram matrix and the reduction cost up to four each. */
  private static final double SINGLE_ROUNDINGS = 8;

  /** Of the largest eigenvalue: sums of as many products as the longer side has elements. */
  private static final double SUMMATION_ROUNDINGS = 16;

  @Override
  protected EigenvalueSolver create() {
    return new LapackEigenvalueSolver();
  }

  @Test
  void warmSolverAsksForNoMoreNativeMemory() {
    // Given
    LapackEigenvalueSolver solver = (LapackEigenvalueSolver) solver();
    WeightMatrices largest = gaussian(60, 50);
    solver.eigenvalues(largest, Precision.FP64);
    long allocations = solver.allocations();
    long bytes = Pointer.totalBytes();

    // When
    for (int i = 0; i < 100; i++) {
      solver.eigenvalues(largest, Precision.FP64);
      solver.eigenvalues(gaussian(10 + i % 50, 50), Precision.FP64);
    }

    // Then
    assertThat(solver.allocations()).isEqualTo(allocations);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
  }

  @Test
  void closedSolverHoldsNoNativeMemory() {
    // Given
    EigenvalueSolver solver = new LapackEigenvalueSolver();
    long before = Pointer.totalBytes();
    solver.eigenvalues(gaussian(60, 50), Precision.FP64);
    assertThat(Pointer.totalBytes()).isGreaterThan(before);

    // When
    solver.close();

    // Then
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
  }

  @Test
  void workspaceOfALargeMatrixIsGivenBackAndThatOfASmallOneIsKept() {
    // Given
    LapackEigenvalueSolver solver = (LapackEigenvalueSolver) solver();
    long before = Pointer.totalBytes();
    solver.eigenvalues(gaussian(2_100, 2_100), Precision.FP32);
    assertThat(Pointer.totalBytes() - before).isGreaterThan(2L * 2_000 * 2_000 * Float.BYTES);

    // When
    solver.trim();

    // Then
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    solver.eigenvalues(gaussian(60, 50), Precision.FP64);
    long allocations = solver.allocations();
    solver.trim();
    solver.eigenvalues(gaussian(60, 50), Precision.FP64);
    assertThat(solver.allocations()).isEqualTo(allocations);
  }

  @Test
  void matrixThatNeedsMoreThanTheBoundIsRefusedBeforeAnythingIsAllocated() {
    try (LapackEigenvalueSolver solver = new LapackEigenvalueSolver(100_000)) {
      // When
      assertThatThrownBy(() -> solver.eigenvalues(gaussian(100, 100), Precision.FP64))
          .isInstanceOf(SolverException.class)
          .hasMessage("workspace must not exceed 100000 bytes, needed: 213600");

      // Then
      assertThat(solver.allocations()).isZero();
      assertThat(solver.eigenvalues(gaussian(10, 10), Precision.FP64)).hasSize(10);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void refusedMemoryCostsOneLayerAndTheNextOneIsRight(Precision precision) {
    // Given a system that does not give the second, larger workspace
    AtomicInteger asked = new AtomicInteger();
    NativeWorkspace workspace =
        new NativeWorkspace(
            Long.MAX_VALUE,
            bytes -> {
              if (asked.incrementAndGet() == 2) {
                throw new OutOfMemoryError("not now");
              }
              return new BytePointer(bytes);
            });
    double[] expected = solver().eigenvalues(gaussian(70, 80), precision);
    try (LapackEigenvalueSolver solver = new LapackEigenvalueSolver(workspace, GramPanels.BYTES)) {
      solver.eigenvalues(gaussian(100, 110), precision);
      assertThatThrownBy(() -> solver.eigenvalues(gaussian(300, 310), precision))
          .isInstanceOf(SolverException.class)
          .hasMessageEndingWith("were not given: not now");

      // When the next one is smaller than the first
      double[] eigenvalues = solver.eigenvalues(gaussian(70, 80), precision);

      // Then
      assertThat(eigenvalues).containsExactly(expected);
      assertThat(solver.eigenvalues(gaussian(300, 310), precision)).hasSize(300);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SinglePrecision.LEAST_TWO_STAGE_ORDER - 1, 1010})
  void largeMatrixInSinglePrecisionHasTheEigenvaluesOfDoublePrecision(int order) {
    // Given orders on either side of the one from which on two stages are faster
    WeightMatrices matrices = gaussian(order, order + 40);

    // When
    double[] eigenvalues = solver().eigenvalues(matrices, Precision.FP32);

    // Then
    double[] expected = solver().eigenvalues(matrices, Precision.FP64);
    double largest = expected[order - 1];
    assertThat(eigenvalues).containsExactly(expected, within(SINGLE_ROUNDINGS * 0x1p-24 * largest));
  }

  @ParameterizedTest
  @CsvSource({
    "FP64, 300, 90",
    "FP64, 90, 300",
    "FP64, 101, 100",
    "FP32, 300, 90",
    "FP32, 90, 300",
    "FP32, 1000, 950",
    "FP32, 950, 1000"
  })
  void matrixInPanelsHasTheEigenvaluesOfTheWholeOne(Precision precision, int rows, int columns) {
    // Given panels of 7 rows or columns, which leave a rest, and weights in either order
    int order = Math.min(rows, columns);
    long panelBytes = 7L * order * (precision == Precision.FP64 ? Double.BYTES : Float.BYTES);
    NativeWorkspace workspace = new NativeWorkspace(Long.MAX_VALUE);
    double[] expected = solver().eigenvalues(gaussian(rows, columns), precision);
    double roundoff = precision == Precision.FP64 ? 0x1p-53 : 0x1p-24;
    try (LapackEigenvalueSolver solver = new LapackEigenvalueSolver(workspace, panelBytes)) {
      // When
      double[] eigenvalues = solver.eigenvalues(gaussian(rows, columns), precision);
      double[] transposed = solver.eigenvalues(gaussian(rows, columns).transposed(), precision);

      // Then: the sums of the Gram matrix are rounded in another order
      double tolerance = SUMMATION_ROUNDINGS * roundoff * expected[order - 1];
      assertThat(eigenvalues).containsExactly(expected, within(tolerance));
      assertThat(transposed).containsExactly(expected, within(tolerance));
    }
  }

  @Test
  void largeMatrixTakesAPanelOfTheWorkspaceAndNotAllOfIt() {
    // Given a matrix of 72 MiB in single precision, 144 MiB in double
    WeightMatrices matrices =
        matrices(Weights.dense(300_000, 63, Weights.gaussian(300_000 * 63, 4)));
    long most = SolverKind.LAPACK.workspace(300_000, 63).nativeBytes();

    try (LapackEigenvalueSolver solver = new LapackEigenvalueSolver(most)) {
      assertThat(solver.eigenvalues(matrices, Precision.FP64)).hasSize(63);
    }
    assertThat(most).isLessThan(65L << 20);
  }

  private static WeightMatrices gaussian(int rows, int columns) {
    return matrices(Weights.dense(rows, columns, Weights.gaussian(rows * columns, rows)));
  }
}
