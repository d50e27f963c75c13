package io.isotherm.benchmarks.stages;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A whole layer, from its bytes to its outcome, as a worker of the spectral service computes it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LayerBenchmark {

  private EigenvalueSolver solver;
  private LayerAnalysis analysis;

  /** Loads the native library. */
  @Setup
  public void setUp() {
    solver = SolverKind.LAPACK.create();
    solver.warmUp();
    analysis = new LayerAnalysis(solver);
  }

  /** Alpha at the median and everything else that an outcome holds. */
  @Benchmark
  public Outcome analyse(Layer layer) {
    return analysis.analyse(layer.tensor(), EstimatorSpec.DEFAULT);
  }

  /** Gives the workspace back. */
  @TearDown
  public void close() {
    solver.close();
  }
}
