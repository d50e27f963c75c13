package io.isotherm.gpucheck;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.gpucheck.work.Job;
import io.isotherm.gpucheck.work.Layers;
import io.isotherm.gpucheck.work.Shape;
import io.isotherm.gpucheck.work.Spectra;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.fit.HillFit;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One solver beside another that is right. */
final class Comparison {

  /**
   * Roundings of an eigenvalue that do not grow with the matrix, as the solvers' contract has them;
   * forming the Gram matrix adds one per element of the larger side, and a rounding is twice the
   * unit roundoff.
   */
  private static final int FIXED_ROUNDINGS = 16;

  private static final long SEED = 7;

  private final EigenvalueSolver solver;
  private final EigenvalueSolver truth;

  Comparison(EigenvalueSolver solver, EigenvalueSolver truth) {
    this.solver = solver;
    this.truth = truth;
  }

  /**
   * The largest differences so far.
   *
   * @param single of eigenvalues in FP32, in unit roundoffs of the largest of their matrix
   * @param singleSmallerHalf the same, of the smaller half; 0 for rank-deficient matrices, whose
   *     smaller half is rounding noise and has no alpha
   * @param inDouble of eigenvalues in FP64
   * @param alphaMixed absolute
   * @param alphaDouble absolute
   * @param faults a line for each bound that was passed
   */
  record Worst(
      double single,
      double singleSmallerHalf,
      double inDouble,
      double alphaMixed,
      double alphaDouble,
      List<String> faults) {

    static final Worst NONE = new Worst(0, 0, 0, 0, 0, List.of());

    Worst with(Worst other) {
      List<String> all = new ArrayList<>(faults);
      all.addAll(other.faults);
      return new Worst(
          Math.max(single, other.single),
          Math.max(singleSmallerHalf, other.singleSmallerHalf),
          Math.max(inDouble, other.inDouble),
          Math.max(alphaMixed, other.alphaMixed),
          Math.max(alphaDouble, other.alphaDouble),
          all);
    }
  }

  Worst compare(Shape shape, Spectra spectra, DType dtype) {
    SafeTensor tensor = Layers.stacked(shape, spectra, dtype, SEED);
    WeightMatrices matrices = Job.matrices(tensor, shape);
    int order = shape.order();
    double[] right = truth.eigenvalues(matrices, Precision.FP64);
    List<String> faults = new ArrayList<>();

    double[] fp32 = solver.eigenvalues(matrices, Precision.FP32);
    double single = roundings(fp32, right, order, order, Precision.FP32);
    require(faults, "FP32 eigenvalues", single, 2.0 * (FIXED_ROUNDINGS + larger(shape)));
    double smallerHalf = 0;
    if (spectra != Spectra.RANK_DEFICIENT) {
      smallerHalf = roundings(fp32, right, order, order / 2, Precision.FP32);
      require(faults, "FP32 eigenvalues of the smaller half", smallerHalf, certified());
    }
    double[] fp64 = solver.eigenvalues(matrices, Precision.FP64);
    double inDouble = roundings(fp64, right, order, order, Precision.FP64);
    // Both sides of this comparison round.
    require(faults, "FP64 eigenvalues", inDouble, 4.0 * (FIXED_ROUNDINGS + larger(shape)));

    Outcome expected = outcome(truth, tensor, PrecisionMode.DOUBLE);
    double mixed = alpha(faults, "mixed", outcome(solver, tensor, PrecisionMode.MIXED), expected);
    double alpha = alpha(faults, "double", outcome(solver, tensor, PrecisionMode.DOUBLE), expected);
    return new Worst(single, smallerHalf, inDouble, mixed, alpha, faults);
  }

  private static int larger(Shape shape) {
    return Math.max(shape.rows(), shape.columns());
  }

  /** What the certificate of alpha takes for granted, in unit roundoffs. */
  private static double certified() {
    double unit = Precision.FP32.unitRoundoff();
    return Spectrum.pooled(new double[] {1}, 1, 1, unit).uncertainty(0) / unit;
  }

  private static void require(List<String> faults, String what, double found, double bound) {
    if (!(found <= bound)) {
      faults.add(
          String.format(
              Locale.ROOT,
              "%s are off by %.1f unit roundoffs, more than %.0f",
              what,
              found,
              bound));
    }
  }

  /** Of the {@code some} smallest eigenvalues of each matrix; NaN if one is. */
  private static double roundings(
      double[] found, double[] right, int order, int some, Precision precision) {
    double worst = 0;
    for (int k = 0; k < right.length; k += order) {
      double unit = precision.unitRoundoff() * right[k + order - 1];
      for (int i = k; i < k + some; i++) {
        worst = Math.max(worst, Math.abs(found[i] - right[i]) / unit);
      }
    }
    return worst;
  }

  private static Outcome outcome(EigenvalueSolver solver, SafeTensor tensor, PrecisionMode mode) {
    return new LayerAnalysis(solver, mode).analyse(tensor, EstimatorSpec.DEFAULT);
  }

  /** The difference of the alphas; 0 where neither has one, which is right of some matrices. */
  private static double alpha(List<String> faults, String mode, Outcome found, Outcome right) {
    if (found instanceof Outcome.Analysed ours && right instanceof Outcome.Analysed other) {
      double difference = Math.abs(ours.alpha() - other.alpha());
      if (!(difference <= HillFit.MAX_ALPHA_UNCERTAINTY)) {
        faults.add(
            "alpha (%s) is %s, and on LAPACK %s".formatted(mode, ours.alpha(), other.alpha()));
      }
      return difference;
    }
    if (!(found instanceof Outcome.Skipped && right instanceof Outcome.Skipped)) {
      faults.add(
          "outcome (%s) is %s, and on LAPACK %s".formatted(mode, brief(found), brief(right)));
    }
    return 0;
  }

  private static String brief(Outcome outcome) {
    if (outcome instanceof Outcome.Analysed analysed) {
      return "alpha " + analysed.alpha();
    }
    return outcome instanceof Outcome.Skipped skipped
        ? "skipped: " + skipped.reason()
        : "" + outcome;
  }
}
