package io.isotherm.solvers;

import io.isotherm.solvers.kernel.GramSlices;
import io.isotherm.solvers.kernel.HouseholderTridiagonalisation;
import io.isotherm.solvers.kernel.SturmBisection;
import io.isotherm.solvers.kernel.TwoStageTridiagonalisation;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Single precision with kernels of our own: the smaller Gram matrix by BLAS ({@code ssyrk}), its
 * tridiagonalisation and the values of that on the vector unit. Up to orders of about a thousand a
 * tridiagonalisation in one stage is the fastest, beyond that one in two stages. LAPACK's {@code
 * ssytrd} and {@code ssterf} take one and a half to three times as long, and {@code ssterf} loses a
 * digit or two on the way.
 *
 * <p>Needs a machine and a JVM where {@link io.isotherm.solvers.kernel.VectorUnit} is available.
 */
final class SinglePrecision {

  /**
   * A Gram matrix with a smaller trace is scaled, so that squares of its elements are ordinary
   * floats. It takes a matrix whose weights are tiny beside the layer's largest.
   */
  private static final float LEAST_TRACE = 0x1p-30f;

  /**
   * Least order for two stages: about where a matrix no longer fits the caches near a core.
   * Measured at 512 to 2048, where two stages took 1.1 to 0.65 times as long as one.
   */
  static final int LEAST_TWO_STAGE_ORDER = 900;

  /** Scales up the smallest trace that is not 0; the float above is infinite. */
  private static final int LARGEST_EXPONENT = 127;

  /** Elements of matrices that are read together: 16 MiB. */
  private static final long TOGETHER = 4 << 20;

  /** Sums that are shorter than this are added up here, longer ones in blocks by BLAS. */
  private static final int LONG_SUM = 256;

  /** Weights that are looked at to see whether they have few bits. */
  private static final int SAMPLE = 64;

  /** What only weights of more bits than F16's have, and BF16's, of a float. */
  private static final int LAST_BITS = (1 << 13) - 1;

  private final Blas blas;
  private final NativeWorkspace workspace;
  private final long panelBytes;
  private final HouseholderTridiagonalisation tridiagonalisation =
      new HouseholderTridiagonalisation();
  private final TwoStageTridiagonalisation twoStageTridiagonalisation =
      new TwoStageTridiagonalisation();
  private final SturmBisection bisection = new SturmBisection();
  private float[] diagonal = new float[0];
  private float[] offDiagonal = new float[0];
  private float[] column = new float[0];

  SinglePrecision(Blas blas, NativeWorkspace workspace, long panelBytes) {
    this.blas = blas;
    this.workspace = workspace;
    this.panelBytes = panelBytes;
  }

  /**
   * Writes the eigenvalues of all matrices, scaled as {@link WeightMatrices#copyTo(int,
   * FloatBuffer)} scales. Takes {@code 4 (m n + r²)} bytes of the workspace, r = min(m, n), with m
   * n as large as a panel at most or 16 MiB, and on the heap {@code 2 r² + 120 r}, or for two
   * stages {@code 2.7 r² + 700 r}.
   */
  void solve(WeightMatrices matrices, double[] target) {
    int order = matrices.order();
    NativeWorkspace.requireFitsBuffer(matrices, Float.BYTES);
    GramPanels panels = GramPanels.of(matrices, panelBytes / Float.BYTES);
    int together =
        panels.count() > 1
            ? 1
            : (int) Math.max(1, Math.min(matrices.count(), TOGETHER / panels.length()));
    long room = together * panels.length();
    long square = (long) order * order;
    workspace.reserve((room + square) * Float.BYTES, heapBytes(order));
    if (order > diagonal.length) {
      diagonal = new float[order];
      offDiagonal = new float[order];
      column = new float[order];
    }
    FloatBuffer weights = workspace.floats(0, room).asBuffer();
    FloatPointer matrix = workspace.floats(0, room);
    FloatPointer gram = workspace.floats(room, square);
    FloatBuffer gramBuffer = gram.asBuffer();
    boolean twoStages = isForTwoStages(order);
    // Two stages read rows of the lower triangle, which to BLAS are columns of the upper one.
    Blas.Triangle triangle = twoStages ? Blas.Triangle.UPPER : Blas.Triangle.LOWER;
    for (int k = 0; k < matrices.count(); k++) {
      int within = k % together;
      for (int p = 0; p < panels.count(); p++) {
        WeightMatrices panel = panels.panel(p);
        if (within == 0) {
          panel.copyTo(k, Math.min(together, matrices.count() - k), weights);
        }
        long at = within * panels.length();
        int step = hasFewBits(weights, at, panel) ? slice(matrices) : panels.depth(panel);
        for (int from = 0; from < panels.depth(panel); ) {
          matrix.position(at + panels.offset(panel, from));
          int depth = Math.min(step, panels.depth(panel) - from);
          addGram(triangle, panels, panel, depth, matrix, p + from == 0 ? 0 : 1, gram);
          from += depth;
        }
      }
      int exponent = enlarge(gram, order);
      if (twoStages) {
        twoStageTridiagonalisation.reduce(gramBuffer, order, diagonal, offDiagonal);
      } else {
        tridiagonalise(gramBuffer, order);
      }
      int from = k * order;
      bisection.eigenvalues(diagonal, offDiagonal, order, target, from);
      for (int i = from; i < from + order; i++) {
        target[i] = Math.scalb(target[i], -exponent);
      }
    }
  }

  /** Bytes of the workspace for matrices of a shape, however many there are. */
  static long workspaceBytes(long rows, long columns) {
    long order = Math.min(rows, columns);
    long panel = Math.max(order, Math.min(rows * columns, GramPanels.BYTES / Float.BYTES));
    return (Math.max(TOGETHER, panel) + order * order) * Float.BYTES;
  }

  /** Bytes of the heap that it keeps. */
  long heldBytes() {
    return heapBytes(diagonal.length);
  }

  /** Bytes that a matrix of some order takes on the heap. */
  static long heapBytes(long order) {
    if (order > TwoStageTridiagonalisation.MAX_ORDER) {
      return Long.MAX_VALUE / 2;
    }
    return heapBytes((int) order);
  }

  private static long heapBytes(int order) {
    return (isForTwoStages(order)
            ? TwoStageTridiagonalisation.bytes(order)
            : HouseholderTridiagonalisation.bytes(order))
        + SturmBisection.bytes(order)
        + 3L * order * Float.BYTES;
  }

  private static boolean isForTwoStages(int order) {
    return order >= LEAST_TWO_STAGE_ORDER && order <= TwoStageTridiagonalisation.MAX_ORDER;
  }

  /** Has the kernels for large matrices compiled. */
  void warmUp() {
    twoStageTridiagonalisation.warmUp();
  }

  /** The eigenvalues of one matrix, whatever its order; see {@link TwoStageTridiagonalisation}. */
  double[] eigenvaluesInTwoStages(FloatBuffer lower, int order) {
    float[] d = new float[order];
    float[] e = new float[order];
    double[] values = new double[order];
    twoStageTridiagonalisation.reduce(lower, order, d, e);
    bisection.eigenvalues(d, e, order, values, 0);
    return values;
  }

  /** Columns of a slice, or rows of tall matrices; BLAS adds up blocks of 320 to 450 itself. */
  private static int slice(WeightMatrices matrices) {
    int depth = GramSlices.depth(matrices.rows(), matrices.columns());
    return depth < LONG_SUM ? depth : Integer.MAX_VALUE;
  }

  /**
   * Whether the weights are those of a 16-bit format, whatever format they came in: only sums of
   * such are worth the time that {@link GramSlices} take.
   *
   * @param at where the panel's weights begin
   */
  private static boolean hasFewBits(FloatBuffer weights, long at, WeightMatrices panel) {
    int length = panel.matrixLength();
    int bits = 0;
    for (int i = 0; i < SAMPLE; i++) {
      int place = (int) (at + (long) i * length / SAMPLE);
      bits |= Float.floatToRawIntBits(weights.get(place));
    }
    return (bits & LAST_BITS) == 0;
  }

  /**
   * Adds the products of some columns of a panel, or rows if it is of tall matrices. Rows in memory
   * are columns to BLAS, so what lies there is the transpose, n x m.
   */
  private void addGram(
      Blas.Triangle triangle,
      GramPanels panels,
      WeightMatrices panel,
      int depth,
      FloatPointer weights,
      float before,
      FloatPointer gram) {
    int order = panels.whole().order();
    blas.ssyrk(triangle, !panels.isTall(), order, depth, weights, panel.columns(), before, gram);
  }

  /** Multiplies a tiny Gram matrix by a power of two and returns the exponent, otherwise 0. */
  private int enlarge(FloatPointer gram, int order) {
    float trace = blas.sasum(order, gram, order + 1);
    if (trace == 0 || trace >= LEAST_TRACE) {
      return 0;
    }
    int exponent = Math.min(-Math.getExponent(trace), LARGEST_EXPONENT);
    blas.sscal(order * order, Math.scalb(1f, exponent), gram);
    return exponent;
  }

  private void tridiagonalise(FloatBuffer gram, int order) {
    tridiagonalisation.reserve(order);
    for (int j = 0; j < order; j++) {
      gram.get(j * (order + 1), column, 0, order - j);
      tridiagonalisation.setColumn(j, column, 0);
    }
    tridiagonalisation.reduce(diagonal, offDiagonal);
  }
}
