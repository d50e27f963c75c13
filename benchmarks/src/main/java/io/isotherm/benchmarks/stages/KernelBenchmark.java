package io.isotherm.benchmarks.stages;

import io.isotherm.solvers.kernel.HouseholderTridiagonalisation;
import io.isotherm.solvers.kernel.SturmBisection;
import io.isotherm.solvers.kernel.TwoStageTridiagonalisation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * This engine's own kernels in single precision, each as often as the layer has matrices, always on
 * the first one: beside {@link BlasBenchmark}, what they are worth.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class KernelBenchmark {

  private final HouseholderTridiagonalisation householder = new HouseholderTridiagonalisation();
  private final TwoStageTridiagonalisation twoStages = new TwoStageTridiagonalisation();
  private final SturmBisection bisection = new SturmBisection();
  private int count;
  private int order;
  private float[] gram;
  private FloatBuffer rows;
  private float[] diagonal;
  private float[] offDiagonal;
  private double[] values;

  /** Brings every stage's input into place by running the stages before it. */
  @Setup
  public void setUp(FirstMatrix first) {
    count = first.count();
    order = first.order();
    gram = new float[order * order];
    first.gram().get(gram);
    rows =
        ByteBuffer.allocateDirect(gram.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int column = 0; column < order; column++) {
      for (int row = column; row < order; row++) {
        rows.put(row * order + column, gram[column * order + row]);
      }
    }
    diagonal = new float[order];
    offDiagonal = new float[order];
    values = new double[order];
    twoStages.warmUp();
    oneStage();
  }

  /** One pass over the matrix for each column, from its columns to diagonal and off-diagonal. */
  @Benchmark
  public float[] oneStage() {
    for (int k = 0; k < count; k++) {
      householder.reserve(order);
      for (int column = 0; column < order; column++) {
        householder.setColumn(column, gram, column * order + column);
      }
      householder.reduce(diagonal, offDiagonal);
    }
    return diagonal;
  }

  /** To a band by products of blocks, and from there to diagonal and off-diagonal. */
  @Benchmark
  public float[] twoStages() {
    for (int k = 0; k < count; k++) {
      twoStages.reduce(rows, order, diagonal, offDiagonal);
    }
    return diagonal;
  }

  /** All eigenvalues of the tridiagonal matrix by bisection, on the vector unit. */
  @Benchmark
  public double[] values() {
    for (int k = 0; k < count; k++) {
      bisection.eigenvalues(diagonal, offDiagonal, order, values, 0);
    }
    return values;
  }
}
