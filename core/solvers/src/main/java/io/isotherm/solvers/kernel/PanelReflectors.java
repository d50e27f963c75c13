package io.isotherm.solvers.kernel;

import static io.isotherm.solvers.kernel.TileKernels.COLUMNS;
import static io.isotherm.solvers.kernel.TileKernels.CROSS_ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The QR factorisation of a panel of 16 columns by Householder reflectors, and their product in
 * compact form, Q = I - V T Vᵀ with a unit lower trapezoidal V and an upper triangular T (Schreiber
 * and Van Loan, A storage-efficient WY representation, SIAM J. Sci. Stat. Comput. 10, 1989). Panels
 * lie row by row, 16 floats to a row.
 */
final class PanelReflectors {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
  private static final int LANES = 8;
  private static final int SQUARE = COLUMNS * COLUMNS;

  /**
   * Rows whose products are summed in single precision. Long runs would make reflectors less
   * orthogonal, all columns of a panel that is close to rank one in the same direction.
   */
  private static final int RUN = 16;

  /**
   * What is not worth a reflector in a matrix whose largest element is about 1: elements below
   * 2^-40. Their squares must not come near the least float, or reflectors would not be orthogonal;
   * and the panels of matrices of low rank run through ever smaller ones.
   */
  static final float NEGLIGIBLE_SQUARE = 0x1p-80f;

  private final double[] taus = new double[COLUMNS];
  private final double[] t = new double[SQUARE];
  private final double[] product = new double[SQUARE];
  private final double[] dots = new double[COLUMNS];
  private final float[] part = new float[SQUARE];
  private final float[] multipliers = new float[COLUMNS];
  private final float[] scales = new float[COLUMNS];

  /**
   * Factorises the panel in rows {@code first} to {@code end}: R takes the place of its first 16
   * rows' upper triangle, V without its unit diagonal that of the rest.
   */
  void factorise(float[] panel, int first, int end) {
    for (int k = 0; k < COLUMNS; k++) {
      int row = first + k;
      int head = row * COLUMNS;
      dots(panel, row + 1, end, k);
      float alpha = panel[head + k];
      double tail = dots[k];
      if (tail <= NEGLIGIBLE_SQUARE) {
        taus[k] = 0;
        continue;
      }
      double norm = Math.sqrt((double) alpha * alpha + tail);
      double beta = alpha > 0 ? -norm : norm;
      float scale = (float) (1 / (alpha - beta));
      // Of the reflector as it is stored, whose scale is rounded.
      taus[k] = 2 / (1 + (double) scale * scale * tail);
      Arrays.fill(multipliers, 0, k + 1, 0);
      for (int c = k + 1; c < COLUMNS; c++) {
        multipliers[c] = (float) (taus[k] * (panel[head + c] + (double) scale * dots[c]));
        panel[head + c] -= multipliers[c];
      }
      panel[head + k] = (float) beta;
      Arrays.fill(scales, 1);
      scales[k] = scale;
      apply(panel, row + 1, end, k, multipliers, scales);
    }
  }

  /**
   * Products of column k with every column: short runs in single precision, their sum in double.
   */
  private void dots(float[] panel, int first, int end, int k) {
    Arrays.fill(dots, 0);
    for (int run = first; run < end; run += RUN) {
      dots(panel, run, Math.min(end, run + RUN), k, part);
      for (int c = 0; c < COLUMNS; c++) {
        dots[c] += part[c];
      }
    }
  }

  private static void dots(float[] panel, int first, int end, int k, float[] target) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    for (int i = first; i < end; i++) {
      FloatVector x = FloatVector.broadcast(FLOATS, panel[COLUMNS * i + k]);
      sum0 = x.fma(FloatVector.fromArray(FLOATS, panel, COLUMNS * i), sum0);
      sum1 = x.fma(FloatVector.fromArray(FLOATS, panel, COLUMNS * i + LANES), sum1);
    }
    sum0.intoArray(target, 0);
    sum1.intoArray(target, LANES);
  }

  /** Scales column k to the reflector and applies it to the columns right of it. */
  private static void apply(
      float[] panel, int first, int end, int k, float[] multipliers, float[] scales) {
    FloatVector m0 = FloatVector.fromArray(FLOATS, multipliers, 0);
    FloatVector m1 = FloatVector.fromArray(FLOATS, multipliers, LANES);
    FloatVector s0 = FloatVector.fromArray(FLOATS, scales, 0);
    FloatVector s1 = FloatVector.fromArray(FLOATS, scales, LANES);
    float negated = -scales[k];
    for (int i = first; i < end; i++) {
      FloatVector x = FloatVector.broadcast(FLOATS, negated * panel[COLUMNS * i + k]);
      FloatVector row0 = FloatVector.fromArray(FLOATS, panel, COLUMNS * i).mul(s0);
      FloatVector row1 = FloatVector.fromArray(FLOATS, panel, COLUMNS * i + LANES).mul(s1);
      m0.fma(x, row0).intoArray(panel, COLUMNS * i);
      m1.fma(x, row1).intoArray(panel, COLUMNS * i + LANES);
    }
  }

  /**
   * Forms T from G = Vᵀ V: the inverse of the upper triangle of G with half its diagonal, so that Q
   * is orthogonal for V as rounded (Puglisi, Modification of the Householder method, SIAM J. Sci.
   * Stat. Comput. 13, 1992).
   */
  void form(double[] gram, float[] target) {
    Arrays.fill(t, 0);
    for (int c = 0; c < COLUMNS; c++) {
      double tau = taus[c] == 0 ? 0 : 2 / gram[COLUMNS * c + c];
      t[COLUMNS * c + c] = tau;
      for (int i = 0; i < c; i++) {
        double sum = 0;
        for (int k = i; k < c; k++) {
          sum += t[COLUMNS * i + k] * gram[COLUMNS * k + c];
        }
        t[COLUMNS * i + c] = -tau * sum;
      }
    }
    for (int i = 0; i < SQUARE; i++) {
      target[i] = (float) t[i];
    }
  }

  /** Writes -1/2 Tᵀ S T for S = Vᵀ A V. */
  void formCorrection(double[] s, float[] target) {
    for (int i = 0; i < COLUMNS; i++) {
      for (int c = 0; c < COLUMNS; c++) {
        double sum = 0;
        for (int k = 0; k <= c; k++) {
          sum += s[COLUMNS * i + k] * t[COLUMNS * k + c];
        }
        product[COLUMNS * i + c] = sum;
      }
    }
    for (int i = 0; i < COLUMNS; i++) {
      for (int c = 0; c < COLUMNS; c++) {
        double sum = 0;
        for (int k = 0; k <= i; k++) {
          sum += t[COLUMNS * k + i] * product[COLUMNS * k + c];
        }
        target[COLUMNS * i + c] = (float) (-0.5 * sum);
      }
    }
  }

  /** G := Vᵀ Y for a number of rows that is a multiple of 16: short runs as in {@link #dots}. */
  void crossProduct(float[] v, float[] y, int first, int end, double[] target) {
    Arrays.fill(target, 0);
    for (int i = first; i < end; i += COLUMNS) {
      for (int k = 0; k < COLUMNS; k += CROSS_ROWS) {
        TileKernels.crossProduct(v, COLUMNS * i + k, y, COLUMNS * i, part, COLUMNS * k);
      }
      for (int k = 0; k < SQUARE; k++) {
        target[k] += part[k];
      }
    }
  }
}
