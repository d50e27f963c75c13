package io.isotherm.benchmarks.stages;

import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.fit.HillFit;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import io.isotherm.spectra.fit.XminPeak;
import io.isotherm.spectra.fit.XminScan;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a layer's eigenvalues to its numbers. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FitBenchmark {

  private static final double MEDIAN = 2;
  private static final double CONV_NORM = 0.5;

  private double[] eigenvalues;
  private int order;
  private Spectrum spectrum;

  /** Computes the eigenvalues. */
  @Setup
  public void setUp(Layer layer) throws UnreadableTensorException {
    WeightMatrices matrices = WeightTensor.of(layer.tensor()).slices();
    order = matrices.order();
    try (EigenvalueSolver solver = SolverKind.LAPACK.create()) {
      eigenvalues = solver.eigenvalues(matrices, Precision.FP64);
    }
    spectrum = pool();
  }

  /** Sorts the eigenvalues of all matrices into one spectrum. */
  @Benchmark
  public Spectrum pool() {
    return Spectrum.pooled(eigenvalues, order, CONV_NORM, Precision.FP64.unitRoundoff());
  }

  /** Alpha and distance of the upper half. */
  @Benchmark
  public TailFit median() {
    return HillFit.atPosition(spectrum.all(), MEDIAN, Precision.FP32.unitRoundoff());
  }

  /** Every eigenvalue is tried as xmin. */
  @Benchmark
  public TailFit goodnessOfFit() {
    return XminScan.best(spectrum.all(), Precision.FP32.unitRoundoff());
  }

  /** Those around the histogram's peak are tried as xmin. */
  @Benchmark
  public TailFit xminPeak() {
    return XminPeak.fit(spectrum.all(), Precision.FP32.unitRoundoff());
  }
}
