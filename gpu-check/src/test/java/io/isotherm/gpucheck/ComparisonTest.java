package io.isotherm.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.gpucheck.work.Shape;
import io.isotherm.gpucheck.work.Spectra;
import io.isotherm.safetensors.DType;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.spectra.matrix.WeightMatrices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonTest {

  private static final Shape SHAPE = new Shape(2, 90, 70);

  @ParameterizedTest
  @EnumSource(Spectra.class)
  void aSolverThatIsRightHasNoFaults(Spectra spectra) {
    try (EigenvalueSolver lapack = SolverKind.LAPACK.create()) {
      Comparison.Worst worst =
          new Comparison(lapack, new ReferenceEigenvalueSolver())
              .compare(SHAPE, spectra, DType.BF16);

      assertThat(worst.faults()).isEmpty();
      assertThat(worst.single()).isPositive();
    }
  }

  @Test
  void aSolverThatIsWrongInOneEigenvalueIsFound() {
    Comparison.Worst worst =
        new Comparison(new WrongInOne(), new ReferenceEigenvalueSolver())
            .compare(SHAPE, Spectra.GAUSSIAN, DType.F32);

    assertThat(worst.faults())
        .anyMatch(fault -> fault.startsWith("FP32 eigenvalues are off by"))
        .anyMatch(fault -> fault.startsWith("FP64 eigenvalues are off by"))
        .anyMatch(fault -> fault.startsWith("alpha (double) is"));
  }

  @Test
  void aSolverThatGivesNoNumberIsFound() {
    Comparison.Worst worst =
        new Comparison(new NoNumber(), new ReferenceEigenvalueSolver())
            .compare(SHAPE, Spectra.GAUSSIAN, DType.F32);

    assertThat(worst.faults())
        .anyMatch(fault -> fault.startsWith("FP32 eigenvalues are off by NaN"))
        .anyMatch(fault -> fault.startsWith("outcome (mixed) is Failed"));
  }

  /** The median eigenvalue of the first matrix is a thousandth too large. */
  private static class WrongInOne implements EigenvalueSolver {
    private final EigenvalueSolver right = new ReferenceEigenvalueSolver();

    @Override
    public String name() {
      return "wrong";
    }

    @Override
    public boolean supports(Precision precision) {
      return true;
    }

    @Override
    public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
      right.eigenvalues(matrices, Precision.FP64, target);
      target[matrices.order() / 2] *= wrong();
    }

    double wrong() {
      return 1.001;
    }

    @Override
    public void warmUp() {}

    @Override
    public void close() {}
  }

  private static final class NoNumber extends WrongInOne {
    @Override
    double wrong() {
      return Double.NaN;
    }
  }
}
