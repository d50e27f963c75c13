package io.isotherm.spectra.matrix;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * A copy from a tensor to a solver's memory by way of an array: a piece of the tensor is read once,
 * and what belongs to each matrix is taken out of it. For one thread at a time.
 */
sealed interface MatrixCopy {

  /** Elements of a piece at most: with what is taken out of it, half of a core's first cache. */
  int PIECE = 2048;

  /** Reads the piece: {@code count} neighbours from index {@code from} on. */
  void read(int from, int count);

  /** Reads the piece: {@code count} elements that lie {@code stride} apart. */
  void read(int from, int stride, int count);

  /**
   * Writes elements of the piece, {@code stride} apart from number {@code first} on, to the target
   * from index {@code to} on.
   */
  void write(int first, int stride, int count, int to);

  /** Each element rounded to a float after it was scaled. */
  final class ToFloats implements MatrixCopy {
    private final Elements elements;
    private final int exponent;
    private final float[] piece;
    private final float[] taken;
    private FloatBuffer target = FloatBuffer.allocate(0);

    /** Copies in pieces of at most {@code most} elements. */
    ToFloats(WeightMatrices.Source source, int most) {
      this.elements = source.elements();
      this.exponent = -source.exponent();
      this.piece = new float[most];
      this.taken = new float[most];
    }

    /** Writes to another buffer from now on. */
    ToFloats to(FloatBuffer buffer) {
      target = buffer;
      return this;
    }

    @Override
    public void read(int from, int count) {
      elements.read(from, count, exponent, piece);
    }

    @Override
    public void read(int from, int stride, int count) {
      double scale = Math.scalb(1.0, exponent);
      for (int i = 0; i < count; i++) {
        piece[i] = (float) (elements.get(from + i * stride) * scale);
      }
    }

    @Override
    public void write(int first, int stride, int count, int to) {
      if (stride == 1) {
        target.put(to, piece, first, count);
        return;
      }
      for (int i = 0; i < count; i++) {
        taken[i] = piece[first + i * stride];
      }
      target.put(to, taken, 0, count);
    }
  }

  /** Exact but for weights that are tiny beside the largest one. */
  final class ToDoubles implements MatrixCopy {
    private final Elements elements;
    private final int exponent;
    private final double[] piece;
    private final double[] taken;
    private DoubleBuffer target = DoubleBuffer.allocate(0);

    /** Copies in pieces of at most {@code most} elements. */
    ToDoubles(WeightMatrices.Source source, int most) {
      this.elements = source.elements();
      this.exponent = -source.exponent();
      this.piece = new double[most];
      this.taken = new double[most];
    }

    /** Writes to another buffer from now on. */
    ToDoubles to(DoubleBuffer buffer) {
      target = buffer;
      return this;
    }

    @Override
    public void read(int from, int count) {
      elements.read(from, count, exponent, piece);
    }

    @Override
    public void read(int from, int stride, int count) {
      double scale = Math.scalb(1.0, exponent);
      for (int i = 0; i < count; i++) {
        piece[i] = elements.get(from + i * stride) * scale;
      }
    }

    @Override
    public void write(int first, int stride, int count, int to) {
      if (stride == 1) {
        target.put(to, piece, first, count);
        return;
      }
      for (int i = 0; i < count; i++) {
        taken[i] = piece[first + i * stride];
      }
      target.put(to, taken, 0, count);
    }
  }
}
