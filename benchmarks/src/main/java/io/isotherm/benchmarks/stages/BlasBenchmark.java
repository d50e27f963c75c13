package io.isotherm.benchmarks.stages;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * OpenBLAS' and LAPACK's own stages in single precision, on the first matrix of a layer: what this
 * engine's kernels are measured against. LAPACK destroys its input, so its two stages contain a
 * copy of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BlasBenchmark {

  /** LAPACK's own largest block size. */
  private static final int BLOCK = 64;

  private static final byte UPPER = 'U';

  private int rows;
  private int columns;
  private int order;
  private FloatPointer weights;
  private FloatPointer gram;
  private FloatPointer diagonal;
  private FloatPointer offDiagonal;
  private FloatPointer scratch;
  private FloatPointer scratchDiagonal;
  private FloatPointer scratchOffDiagonal;
  private FloatPointer reflectors;
  private FloatPointer work;

  /** Brings every stage's input into place by running the stages before it. */
  @Setup
  public void setUp(Layer layer) throws UnreadableTensorException {
    openblas.blas_set_num_threads(1);
    WeightMatrices matrices = WeightTensor.of(layer.tensor()).slices();
    rows = matrices.rows();
    columns = matrices.columns();
    order = matrices.order();
    weights = new FloatPointer(matrices.matrixLength());
    matrices.copyTo(0, weights.asBuffer());
    gram = new FloatPointer((long) order * order);
    scratch = new FloatPointer((long) order * order);
    diagonal = new FloatPointer(order);
    offDiagonal = new FloatPointer(order);
    scratchDiagonal = new FloatPointer(order);
    scratchOffDiagonal = new FloatPointer(order);
    reflectors = new FloatPointer(order);
    work = new FloatPointer((long) BLOCK * order);
    gram();
    tridiagonalisation();
  }

  /** {@code ssyrk} on the smaller side. */
  @Benchmark
  public FloatPointer gram() {
    boolean tall = rows > columns;
    openblas.cblas_ssyrk(
        CblasColMajor,
        CblasUpper,
        tall ? CblasNoTrans : CblasTrans,
        order,
        Math.max(rows, columns),
        1,
        weights,
        columns,
        0,
        gram,
        order);
    return gram;
  }

  /** {@code ssytrd}. */
  @Benchmark
  public int tridiagonalisation() {
    Pointer.memcpy(scratch, gram, (long) order * order * Float.BYTES);
    return openblas.LAPACKE_ssytrd_work(
        LAPACK_COL_MAJOR,
        UPPER,
        order,
        scratch,
        order,
        diagonal,
        offDiagonal,
        reflectors,
        work,
        BLOCK * order);
  }

  /** {@code ssterf}: QR iteration without square roots. */
  @Benchmark
  public int values() {
    Pointer.memcpy(scratchDiagonal, diagonal, (long) order * Float.BYTES);
    Pointer.memcpy(scratchOffDiagonal, offDiagonal, (long) order * Float.BYTES);
    return openblas.LAPACKE_ssterf_work(order, scratchDiagonal, scratchOffDiagonal);
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    weights.close();
    gram.close();
    diagonal.close();
    offDiagonal.close();
    scratch.close();
    scratchDiagonal.close();
    scratchOffDiagonal.close();
    reflectors.close();
    work.close();
  }
}
