package io.isotherm.spectra;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.chance.AlphaNulls;
import io.isotherm.spectra.estimator.Estimate;
import io.isotherm.spectra.estimator.Estimator;
import io.isotherm.spectra.estimator.Reading;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Analyses one layer's weights. A pure function of the weights and the estimator, times aside; not
 * thread-safe, because its solver is not.
 *
 * <p>With {@link PrecisionMode#MIXED}, eigenvalues are first computed in single precision, if the
 * solver has it and the estimator does not look at the small ones. The result is taken only if the
 * certificate of {@link io.isotherm.spectra.fit.HillFit} holds for every fit; whatever else comes
 * out, a reason to skip the layer included, is computed again in double.
 */
public final class LayerAnalysis {

  private final EigenvalueSolver solver;
  private final PrecisionMode mode;
  private final Optional<AlphaNulls> chance;

  /** An analysis in mixed precision; the solver stays the caller's to close. */
  public LayerAnalysis(EigenvalueSolver solver) {
    this(solver, PrecisionMode.MIXED);
  }

  /** An analysis that computes with {@code solver}, which stays the caller's to close. */
  public LayerAnalysis(EigenvalueSolver solver, PrecisionMode mode) {
    this(solver, mode, Optional.empty());
  }

  /** An analysis that also holds every alpha against {@code chance}, which others may share. */
  public LayerAnalysis(EigenvalueSolver solver, PrecisionMode mode, AlphaNulls chance) {
    this(solver, mode, Optional.of(chance));
  }

  private LayerAnalysis(EigenvalueSolver solver, PrecisionMode mode, Optional<AlphaNulls> chance) {
    this.solver = solver;
    this.mode = mode;
    this.chance = chance;
  }

  /**
   * Gives an {@link Outcome.Analysed} only where the weights determine alpha. Weights that do not
   * (NaN, all zero, rank-deficient, orthogonal, too few eigenvalues) are {@link Outcome.Skipped}
   * with the value that says so; tensors that are not a layer's weights, and solvers that fail, are
   * {@link Outcome.Failed}. An {@link Error} passes through.
   *
   * @throws SolverLostException if the solver will never work again
   */
  public Outcome analyse(SafeTensor tensor, EstimatorSpec estimator) {
    return analyseInDetail(tensor, estimator).outcome();
  }

  /** The outcome of {@link #analyse}, with the spectra and fits that it came from. */
  public Analysis analyseInDetail(SafeTensor tensor, EstimatorSpec estimator) {
    try {
      return analyse(tensor, Estimator.of(estimator));
    } catch (UnreadableTensorException e) {
      return failed(e.getMessage());
    } catch (SolverLostException e) {
      throw e;
    } catch (RuntimeException e) {
      return failed(
          "solver %s on tensor '%s' of shape %s: %s"
              .formatted(solver.name(), tensor.name(), tensor.shape(), SolverException.explain(e)));
    }
  }

  private Analysis analyse(SafeTensor tensor, Estimator estimator)
      throws UnreadableTensorException {
    long start = System.nanoTime();
    WeightTensor weights = WeightTensor.of(tensor);
    Optional<String> unusable = unusable(tensor, weights);
    if (unusable.isPresent()) {
      return skipped(unusable.get());
    }
    Reading reading = estimator.read(weights);
    if (reading instanceof Reading.Undefined undefined) {
      return skipped(undefined.reason());
    }
    Reading.Groups groups = (Reading.Groups) reading;
    if (startsInSingle(estimator)) {
      LayerFit fit = fit(weights, groups, estimator, Precision.FP32);
      if (fit.isDetermined()) {
        return explained(fit.analysis(solver.name(), System.nanoTime() - start), fit, estimator);
      }
    }
    LayerFit fit = fit(weights, groups, estimator, Precision.FP64);
    return explained(fit.analysis(solver.name(), System.nanoTime() - start), fit, estimator);
  }

  /** Says what chance explains of alpha. */
  private Analysis explained(Analysis analysis, LayerFit fit, Estimator estimator) {
    if (chance.isPresent() && analysis.outcome() instanceof Outcome.Analysed numbers) {
      return fit.alphaNull(chance.get(), estimator)
          .map(
              alphaNull ->
                  new Analysis(
                      numbers.against(alphaNull.explain(numbers.alpha())), analysis.spectra()))
          .orElse(analysis);
    }
    return analysis;
  }

  private boolean startsInSingle(Estimator estimator) {
    return mode == PrecisionMode.MIXED
        && solver.supports(Precision.FP32)
        && !estimator.looksAtSmallEigenvalues();
  }

  /**
   * Fits one group after the other, and of a stack each member alone, up to the first one without
   * an exponent.
   */
  private LayerFit fit(
      WeightTensor weights, Reading.Groups reading, Estimator estimator, Precision precision) {
    LayerFit fit = new LayerFit(precision, reading, weights.isStack());
    double factor = estimator.eigenvalueFactor(weights);
    for (WeightMatrices group : reading.groups()) {
      double[] eigenvalues = solver.eigenvalues(group, precision);
      int each = eigenvalues.length / weights.members();
      for (int member = 0; member < weights.members(); member++) {
        Spectrum spectrum =
            Spectrum.pooled(
                Arrays.copyOfRange(eigenvalues, member * each, (member + 1) * each),
                group.order(),
                factor,
                precision.unitRoundoff());
        if (Double.isNaN(spectrum.sum())) {
          throw new SolverException("an eigenvalue is NaN");
        }
        fit.add(
            spectrum,
            unusable(spectrum, weights)
                .map(Estimate::undetermined)
                .orElseGet(() -> estimator.estimate(spectrum, weights.roundoff())));
        if (!fit.isDetermined()) {
          return fit;
        }
      }
    }
    return fit;
  }

  private static Optional<String> unusable(SafeTensor tensor, WeightTensor weights) {
    if (weights.elementCount() == 0) {
      return Optional.of("the layer has no weights, shape: " + tensor.shape());
    }
    if (weights.nonFinite() > 0) {
      return Optional.of(
          "%d of %d weights are NaN or infinite"
              .formatted(weights.nonFinite(), weights.elementCount()));
    }
    if (weights.maxAbs() == 0) {
      return Optional.of("all %d weights are 0".formatted(weights.elementCount()));
    }
    return Optional.empty();
  }

  private static Optional<String> unusable(Spectrum spectrum, WeightTensor weights) {
    double square = weights.maxAbs() * weights.maxAbs();
    if (square < Double.MIN_NORMAL || !Double.isFinite(spectrum.sum())) {
      return Optional.of(
          "the squares of the weights do not fit a double, largest weight: " + weights.maxAbs());
    }
    return spectrum.largest() < Double.MIN_NORMAL
        ? Optional.of("all %d eigenvalues are 0".formatted(spectrum.size()))
        : Optional.empty();
  }

  private static Analysis skipped(String reason) {
    return new Analysis(new Outcome.Skipped(reason), List.of());
  }

  private static Analysis failed(String cause) {
    return new Analysis(new Outcome.Failed(cause), List.of());
  }
}
