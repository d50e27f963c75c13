package io.isotherm.benchmarks.stages;

import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

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
 * OpenBLAS' and LAPACK's own stages in single precision: what {@link KernelBenchmark} is measured
 * against. Each is run as often as the layer has matrices, always on the first one. LAPACK destroys
 * its input, so its two stages contain a copy of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BlasBenchmark {

  /** LAPACK's own largest block size. */
  private static final int BLOCK = 64;

  private static final byte LOWER = 'L';

  private FloatPointer diagonal;
  private FloatPointer offDiagonal;
  private FloatPointer scratch;
  private FloatPointer scratchDiagonal;
  private FloatPointer scratchOffDiagonal;
  private FloatPointer reflectors;
  private FloatPointer work;

  /** Makes room, and brings every stage's input into place by running the stages before it. */
  @Setup
  public void setUp(FirstMatrix first) {
    int order = first.order();
    scratch = new FloatPointer((long) order * order);
    diagonal = new FloatPointer(order);
    offDiagonal = new FloatPointer(order);
    scratchDiagonal = new FloatPointer(order);
    scratchOffDiagonal = new FloatPointer(order);
    reflectors = new FloatPointer(order);
    work = new FloatPointer((long) BLOCK * order);
    tridiagonalisation(first);
  }

  /** {@code ssyrk} on the smaller side. */
  @Benchmark
  public FloatPointer gram(FirstMatrix first) {
    for (int k = 0; k < first.count(); k++) {
      first.multiply();
    }
    return first.gram();
  }

  /** {@code ssytrd}. */
  @Benchmark
  public int tridiagonalisation(FirstMatrix first) {
    int order = first.order();
    int info = 0;
    for (int k = 0; k < first.count(); k++) {
      Pointer.memcpy(scratch, first.gram(), (long) order * order * Float.BYTES);
      info |=
          openblas.LAPACKE_ssytrd_work(
              LAPACK_COL_MAJOR,
              LOWER,
              order,
              scratch,
              order,
              diagonal,
              offDiagonal,
              reflectors,
              work,
              BLOCK * order);
    }
    return info;
  }

  /** {@code ssterf}: QL and QR iteration without square roots. */
  @Benchmark
  public int values(FirstMatrix first) {
    int order = first.order();
    int info = 0;
    for (int k = 0; k < first.count(); k++) {
      Pointer.memcpy(scratchDiagonal, diagonal, (long) order * Float.BYTES);
      Pointer.memcpy(scratchOffDiagonal, offDiagonal, (long) order * Float.BYTES);
      info |= openblas.LAPACKE_ssterf_work(order, scratchDiagonal, scratchOffDiagonal);
    }
    return info;
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    diagonal.close();
    offDiagonal.close();
    scratch.close();
    scratchDiagonal.close();
    scratchOffDiagonal.close();
    reflectors.close();
    work.close();
  }
}
