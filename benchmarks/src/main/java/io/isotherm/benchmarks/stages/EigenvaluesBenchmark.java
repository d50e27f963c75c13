package io.isotherm.benchmarks.stages;

import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** All eigenvalues of a layer's matrices in either precision, copies to the workspace included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EigenvaluesBenchmark {

  /** What the solver computes in. */
  @Param public Precision precision;

  private EigenvalueSolver solver;
  private WeightMatrices matrices;
  private double[] values;

  /** Loads the native library and reads the layer. */
  @Setup
  public void setUp(Layer layer) throws UnreadableTensorException {
    solver = SolverKind.LAPACK.create();
    solver.warmUp();
    matrices = WeightTensor.of(layer.tensor()).slices();
    values = new double[matrices.eigenvalueCount()];
  }

  /** One call of the solver. */
  @Benchmark
  public double[] eigenvalues() {
    solver.eigenvalues(matrices, precision, values);
    return values;
  }

  /** Gives the workspace back. */
  @TearDown
  public void close() {
    solver.close();
  }
}
