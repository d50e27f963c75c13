package io.isotherm.spectra;

import io.isotherm.contracts.run.EstimatorSpec;
import io.isotherm.contracts.safetensors.DType;
import io.isotherm.contracts.safetensors.SafeTensor;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.fit.HillFit;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.Collections;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Analyses one layer's weights. A pure function of the weights and the estimator, times aside; not
 * thread-safe, because its solver is not.
 */
public final class LayerAnalysis {

  private static final Precision PRECISION = Precision.FP64;

  private final EigenvalueSolver solver;

  /** An analysis that computes with {@code solver}, which stays the caller's to close. */
  public LayerAnalysis(EigenvalueSolver solver) {
    this.solver = solver;
  }

  /**
   * Gives an {@link Outcome.Analysed} only where the weights determine alpha. Weights that do not
   * (NaN, all zero, rank-deficient, orthogonal, too few eigenvalues) are {@link Outcome.Skipped}
   * with the value that says so; tensors that are not a layer's weights, and solvers that fail, are
   * {@link Outcome.Failed}. An {@link Error} passes through.
   */
  public Outcome analyse(SafeTensor tensor, EstimatorSpec estimator) {
    try {
      if (estimator instanceof EstimatorSpec.TempBalance tempBalance) {
        return analyse(tensor, tempBalance);
      }
      return new Outcome.Failed("estimator is not known here, got: " + estimator);
    } catch (UnreadableTensorException e) {
      return new Outcome.Failed(e.getMessage());
    } catch (RuntimeException e) {
      return new Outcome.Failed(
          "solver %s on tensor '%s' of shape %s: %s"
              .formatted(solver.name(), tensor.name(), tensor.shape(), oneLine(e)));
    }
  }

  private Outcome analyse(SafeTensor tensor, EstimatorSpec.TempBalance estimator)
      throws UnreadableTensorException {
    long start = System.nanoTime();
    WeightTensor weights = WeightTensor.of(tensor);
    WeightMatrices matrices = weights.slices();
    if (matrices.eigenvalueCount() == 0) {
      return new Outcome.Skipped("the layer has no weights, shape: " + tensor.shape());
    }
    if (weights.nonFinite() > 0) {
      return new Outcome.Skipped(
          "%d of %d weights are NaN or infinite"
              .formatted(weights.nonFinite(), weights.elementCount()));
    }
    if (weights.maxAbs() == 0) {
      return new Outcome.Skipped("all %d weights are 0".formatted(weights.elementCount()));
    }
    double convNorm = weights.kernelRank() > 0 ? estimator.convNorm() : 1;
    Spectrum spectrum =
        Spectrum.pooled(
            solver.eigenvalues(matrices, PRECISION),
            matrices.order(),
            convNorm,
            PRECISION.unitRoundoff());
    if (Double.isNaN(spectrum.largest())) {
      throw new SolverException("an eigenvalue is NaN");
    }
    if (spectrum.largest() < Double.MIN_NORMAL || !Double.isFinite(spectrum.sum())) {
      return new Outcome.Skipped(
          "the squares of the weights do not fit a double, largest weight: " + weights.maxAbs());
    }
    TailFit fit =
        HillFit.atPosition(spectrum, estimator.xminPosition(), unitRoundoff(weights.dtype()));
    if (fit instanceof TailFit.PowerLaw powerLaw) {
      return analysed(spectrum, powerLaw, System.nanoTime() - start);
    }
    return new Outcome.Skipped(((TailFit.Undetermined) fit).reason());
  }

  private Outcome analysed(Spectrum spectrum, TailFit.PowerLaw fit, long nanos) {
    return new Outcome.Analysed(
        fit.alpha(),
        fit.ksDistance(),
        OptionalDouble.of(fit.xmin()),
        OptionalLong.of(fit.xminIndex()),
        spectrum.size(),
        spectrum.largest(),
        spectrum.sum(),
        spectrum.sum() / spectrum.largest(),
        fit.alpha() * Math.log10(spectrum.largest()),
        spectrum.entropy(),
        spectrum.histogram(),
        Collections.emptySortedMap(),
        solver.name(),
        PRECISION.label(),
        nanos);
  }

  private static double unitRoundoff(DType dtype) {
    return switch (dtype) {
      case F64 -> 0x1p-53;
      case F32 -> 0x1p-24;
      case F16 -> 0x1p-11;
      case BF16 -> 0x1p-8;
    };
  }

  private static String oneLine(RuntimeException e) {
    String message = e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
    return e instanceof SolverException ? message : e.getClass().getSimpleName() + ": " + message;
  }
}
