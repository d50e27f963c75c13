package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;

/**
 * Reads elements of a little-endian buffer as doubles; every value of every type is exact. Any
 * number of threads may read at the same time.
 *
 * <p>Runs of elements go through arrays: loops over arrays are vectorised, loops over buffers are
 * not.
 */
sealed interface Elements {

  /**
   * What a look at all elements finds.
   *
   * @param maxAbs largest magnitude among the finite ones; 0 if there is none
   * @param nonFinite how many are NaN or infinite
   */
  record Extent(double maxAbs, long nonFinite) {}

  /** The element at a 0-based index. */
  double get(int index);

  /**
   * The largest magnitude among the first {@code count} elements; NaN or infinite if one of them is
   * not finite.
   */
  double largest(int count);

  /**
   * Reads neighbours from index {@code from} on, times {@code 2^exponent}, to the start of {@code
   * target}.
   */
  void read(int from, int count, int exponent, double[] target);

  /** As the other, each element rounded to a float after it was scaled. */
  void read(int from, int count, int exponent, float[] target);

  /** Looks at the first {@code count} elements. */
  default Extent extent(int count) {
    double most = largest(count);
    if (Double.isFinite(most)) {
      return new Extent(most, 0);
    }
    double largest = 0;
    long strange = 0;
    for (int i = 0; i < count; i++) {
      double magnitude = Math.abs(get(i));
      if (magnitude <= Double.MAX_VALUE) {
        largest = Math.max(largest, magnitude);
      } else {
        strange++;
      }
    }
    return new Extent(largest, strange);
  }

  /** The elements of {@code data} from its position to its limit, not copied. */
  static Elements of(DType dtype, ByteBuffer data) {
    return switch (dtype) {
      case F64 -> new Doubles(data.asDoubleBuffer());
      case F32 -> new Floats(data.asFloatBuffer(), data.asIntBuffer());
      case F16 -> new Sixteens(data.asShortBuffer(), data.asIntBuffer(), SixteenBits.halves());
      case BF16 -> new Sixteens(data.asShortBuffer(), data.asIntBuffer(), SixteenBits.brains());
    };
  }

  /** IEEE 754 binary64. */
  record Doubles(DoubleBuffer data) implements Elements {
    private static final int PIECE = 1024;

    @Override
    public double get(int index) {
      return data.get(index);
    }

    @Override
    public double largest(int count) {
      double[] piece = new double[Math.min(count, PIECE)];
      long largest = 0;
      for (int from = 0; from < count; from += PIECE) {
        int length = Math.min(PIECE, count - from);
        data.get(from, piece, 0, length);
        for (int i = 0; i < length; i++) {
          // Without their sign, the bits of doubles are in the order of the doubles.
          largest = Math.max(largest, Double.doubleToRawLongBits(piece[i]) & Long.MAX_VALUE);
        }
      }
      return Double.longBitsToDouble(largest);
    }

    @Override
    public void read(int from, int count, int exponent, double[] target) {
      data.get(from, target, 0, count);
      double scale = Math.scalb(1.0, exponent);
      for (int i = 0; i < count; i++) {
        target[i] *= scale;
      }
    }

    @Override
    public void read(int from, int count, int exponent, float[] target) {
      double[] exact = new double[count];
      data.get(from, exact, 0, count);
      double scale = Math.scalb(1.0, exponent);
      for (int i = 0; i < count; i++) {
        target[i] = (float) (exact[i] * scale);
      }
    }
  }

  /**
   * IEEE 754 binary32.
   *
   * @param bits of the same elements
   */
  record Floats(FloatBuffer data, IntBuffer bits) implements Elements {

    @Override
    public double get(int index) {
      return data.get(index);
    }

    @Override
    public double largest(int count) {
      return Float.intBitsToFloat(look(bits, count, new LargestBits(), 0));
    }

    @Override
    public void read(int from, int count, int exponent, double[] target) {
      float[] unscaled = new float[count];
      data.get(from, unscaled, 0, count);
      double scale = Math.scalb(1.0, exponent);
      for (int i = 0; i < count; i++) {
        target[i] = unscaled[i] * scale;
      }
    }

    @Override
    public void read(int from, int count, int exponent, float[] target) {
      data.get(from, target, 0, count);
      scale(target, count, exponent);
    }
  }

  /**
   * A type of 16 bits.
   *
   * @param words the same elements in pairs, the first one in the lower half; not the last one of
   *     an odd number
   * @param values of all patterns of 16 bits, each a float of its own
   */
  @SuppressWarnings("ArrayRecordComponent") // Two of them are never compared.
  record Sixteens(ShortBuffer data, IntBuffer words, float[] values) implements Elements {

    @Override
    public double get(int index) {
      return values[Short.toUnsignedInt(data.get(index))];
    }

    @Override
    public double largest(int count) {
      LargestBits largest = new LargestBits();
      look(words, count / 2, largest, Short.SIZE);
      int most = look(words, count / 2, largest, 0) >> Short.SIZE;
      return count % 2 == 0 ? values[most] : Math.max(values[most], Math.abs(get(count - 1)));
    }

    @Override
    public void read(int from, int count, int exponent, double[] target) {
      short[] patterns = patterns(from, count);
      double scale = Math.scalb(1.0, exponent);
      for (int i = 0; i < count; i++) {
        target[i] = values[Short.toUnsignedInt(patterns[i])] * scale;
      }
    }

    @Override
    public void read(int from, int count, int exponent, float[] target) {
      short[] patterns = patterns(from, count);
      for (int i = 0; i < count; i++) {
        target[i] = values[Short.toUnsignedInt(patterns[i])];
      }
      scale(target, count, exponent);
    }

    private short[] patterns(int from, int count) {
      short[] patterns = new short[count];
      data.get(from, patterns, 0, count);
      return patterns;
    }
  }

  /** Has the first {@code count} words looked at and gives the largest bits so far. */
  private static int look(IntBuffer words, int count, LargestBits largest, int shift) {
    int[] piece = new int[Math.min(count, LargestBits.PIECE)];
    for (int from = 0; from < count; from += piece.length) {
      int length = Math.min(piece.length, count - from);
      words.get(from, piece, 0, length);
      largest.look(piece, length, shift);
    }
    return largest.get();
  }

  /** Multiplies floats by {@code 2^exponent}, a power that may be beyond a float's range. */
  private static void scale(float[] values, int count, int exponent) {
    float scale = (float) Math.scalb(1.0, exponent);
    if (Float.isInfinite(scale)) {
      double larger = Math.scalb(1.0, exponent);
      for (int i = 0; i < count; i++) {
        values[i] = (float) (values[i] * larger);
      }
    } else if (exponent != 0) {
      for (int i = 0; i < count; i++) {
        values[i] *= scale;
      }
    }
  }
}
