package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.golden.Weights;
import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.matrix.WeightMatrices;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class Nd4jEigenvalueSolverTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return new Nd4jEigenvalueSolver();
  }

  @Test
  void nameSaysTheBackend() {
    assertThat(solver().name()).isEqualTo("nd4j-cpu");
  }

  @Test
  void warmSolverKeepsNoNativeMemory() {
    // Given
    int order = 256;
    WeightMatrices matrices =
        matrices(Weights.dense(order, order, Weights.gaussian(order * order, 1)));
    for (int i = 0; i < 20; i++) {
      solver().eigenvalues(matrices, Precision.FP64);
    }
    long before = Pointer.physicalBytes();

    // When
    int calls = 200;
    for (int i = 0; i < calls; i++) {
      solver().eigenvalues(matrices, Precision.FP64);
    }

    // Then it has grown by far less than one matrix per call
    long leaked = (long) calls * order * order * Double.BYTES;
    assertThat(Pointer.physicalBytes() - before).isLessThan(leaked / 2);
  }

  @Test
  void missingDriverIsNamedInOneLine() {
    // Given what the loader throws where no driver is installed
    Throwable failure =
        new UnsatisfiedLinkError(
            "/cache/libjnicudart.so: libcuda.so.1: cannot open shared object file: No such file");

    // Then
    assertThat(Nd4jBackends.explain(failure))
        .isEqualTo(
            "no CUDA driver on this machine: libcuda.so.1 was not found; build without -Dcuda to"
                + " use the CPU");
  }

  @Test
  void otherReasonsAreNamedByTheirRootInOneLine() {
    // Given what ND4J throws where it finds no backend
    Throwable failure =
        new ExceptionInInitializerError(
            new IllegalStateException(
                new UnsupportedOperationException("no backend\non the class path")));

    // Then
    assertThat(Nd4jBackends.explain(failure))
        .isEqualTo(
            "ND4J found no backend that works on this machine: UnsupportedOperationException: no"
                + " backend");
  }
}
