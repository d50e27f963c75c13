package io.isotherm.gpucheck.work;

import java.util.Random;
import java.util.function.Supplier;

/** What the matrices of the check are like: what trained layers have, and what is hard. */
public enum Spectra {
  /** Independent Gaussian weights. */
  GAUSSIAN,
  /** Student's t with 1.5 degrees of freedom: a few weights are as large as all others. */
  HEAVY_TAILED,
  /** Gaussian weights whose columns shrink as {@code j^-1.5}. */
  DECAYING,
  /** A product of two Gaussian matrices: of half the rank that its shape allows. */
  RANK_DEFICIENT;

  private static final double DEGREES = 1.5;
  private static final double DECAY = -1.5;

  /** {@code count * rows * columns} weights, rows in memory, matrices one after the other. */
  float[] weights(Shape shape, long seed) {
    Random random = new Random(seed);
    float[] weights = new float[shape.count() * shape.rows() * shape.columns()];
    if (this == RANK_DEFICIENT) {
      int length = shape.rows() * shape.columns();
      for (int k = 0; k < shape.count(); k++) {
        fillProduct(weights, k * length, shape, random);
      }
      return weights;
    }
    Supplier<Double> draw = this == HEAVY_TAILED ? () -> student(random) : random::nextGaussian;
    for (int i = 0; i < weights.length; i++) {
      int column = i % shape.columns();
      weights[i] = (float) (draw.get() * (this == DECAYING ? Math.pow(column + 1.0, DECAY) : 1));
    }
    return weights;
  }

  /** By inversion (Bailey, Mathematics of Computation 62, 1994): {@code sqrt(d (u^(-2/d) - 1))}. */
  private static double student(Random random) {
    double u;
    double v;
    double square;
    do {
      u = 2 * random.nextDouble() - 1;
      v = 2 * random.nextDouble() - 1;
      square = u * u + v * v;
    } while (square > 1 || square == 0);
    return u * Math.sqrt(DEGREES * (Math.pow(square, -2 / DEGREES) - 1) / square);
  }

  private static void fillProduct(float[] weights, int from, Shape shape, Random random) {
    int rank = Math.max(1, shape.order() / 2);
    double[] left = random.doubles((long) shape.rows() * rank, -1, 1).toArray();
    double[] right = random.doubles((long) rank * shape.columns(), -1, 1).toArray();
    for (int i = 0; i < shape.rows(); i++) {
      double[] row = new double[shape.columns()];
      for (int l = 0; l < rank; l++) {
        double factor = left[i * rank + l];
        for (int j = 0; j < row.length; j++) {
          row[j] += factor * right[l * shape.columns() + j];
        }
      }
      for (int j = 0; j < row.length; j++) {
        weights[from + i * shape.columns() + j] = (float) row[j];
      }
    }
  }
}
