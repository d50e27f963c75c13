package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Reads elements of a little-endian buffer as doubles; every value of every type is exact. For one
 * thread at a time.
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

  /** Looks at the first {@code count} elements. */
  default Extent extent(int count) {
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

  /**
   * Copies elements from index {@code from} on to {@code target} from index {@code to} on, times
   * {@code 2^exponent}.
   */
  default void copy(int from, int stride, int count, int exponent, DoubleBuffer target, int to) {
    double scale = Math.scalb(1.0, exponent);
    for (int i = 0; i < count; i++) {
      target.put(to + i, get(from + i * stride) * scale);
    }
  }

  /** As the other, each element rounded to a float after it was scaled. */
  default void copy(int from, int stride, int count, int exponent, FloatBuffer target, int to) {
    double scale = Math.scalb(1.0, exponent);
    for (int i = 0; i < count; i++) {
      target.put(to + i, (float) (get(from + i * stride) * scale));
    }
  }

  /** The elements of {@code data} from its position to its limit, not copied. */
  static Elements of(DType dtype, ByteBuffer data) {
    return switch (dtype) {
      case F64 -> new Doubles(data.asDoubleBuffer());
      case F32 -> new Floats(data.asFloatBuffer());
      case F16 -> new Halves(data.asShortBuffer());
      case BF16 -> new Brains(data.asShortBuffer());
    };
  }

  /** IEEE 754 binary64. */
  record Doubles(DoubleBuffer data) implements Elements {
    @Override
    public double get(int index) {
      return data.get(index);
    }
  }

  /**
   * IEEE 754 binary32, what nearly every layer comes in: copied and looked at in pieces that go
   * through an array, since loops over arrays are vectorised and loops over buffers are not.
   */
  final class Floats implements Elements {
    private static final int PIECE = 1024;
    private static final int INFINITY = 0x7f800000;

    private final FloatBuffer data;
    private final float[] piece = new float[PIECE];

    Floats(FloatBuffer data) {
      this.data = data;
    }

    @Override
    public double get(int index) {
      return data.get(index);
    }

    @Override
    public Extent extent(int count) {
      int largest = 0;
      for (int from = 0; from < count; from += PIECE) {
        int length = Math.min(PIECE, count - from);
        data.get(from, piece, 0, length);
        largest = Math.max(largest, largest(piece, length));
      }
      return largest < INFINITY
          ? new Extent(Float.intBitsToFloat(largest), 0)
          : Elements.super.extent(count);
    }

    /** Without their sign, the bits of floats are in the order of the floats; NaNs come last. */
    private static int largest(float[] values, int count) {
      int largest = 0;
      for (int i = 0; i < count; i++) {
        largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
      }
      return largest;
    }

    @Override
    public void copy(int from, int stride, int count, int exponent, FloatBuffer target, int to) {
      float scale = (float) Math.scalb(1.0, exponent);
      if (Float.isInfinite(scale)) {
        Elements.super.copy(from, stride, count, exponent, target, to);
      } else if (stride == 1) {
        copy(from, count, scale, target, to);
      } else {
        for (int i = 0; i < count; i++) {
          target.put(to + i, data.get(from + i * stride) * scale);
        }
      }
    }

    private void copy(int from, int count, float scale, FloatBuffer target, int to) {
      for (int done = 0; done < count; done += PIECE) {
        int length = Math.min(PIECE, count - done);
        data.get(from + done, piece, 0, length);
        for (int i = 0; i < length; i++) {
          piece[i] *= scale;
        }
        target.put(to + done, piece, 0, length);
      }
    }
  }

  /** The upper half of a binary32. */
  record Brains(ShortBuffer data) implements Elements {
    @Override
    public double get(int index) {
      return Float.intBitsToFloat(data.get(index) << Short.SIZE);
    }
  }

  /** IEEE 754 binary16: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits. */
  record Halves(ShortBuffer data) implements Elements {
    private static final int FRACTION_BITS = 10;
    private static final int FRACTION_MASK = (1 << FRACTION_BITS) - 1;
    private static final int EXPONENT_MASK = 0x1f;
    private static final int BIAS = 15;

    @Override
    public double get(int index) {
      short bits = data.get(index);
      int exponent = bits >> FRACTION_BITS & EXPONENT_MASK;
      int fraction = bits & FRACTION_MASK;
      double magnitude;
      if (exponent == EXPONENT_MASK) {
        magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
      } else if (exponent == 0) {
        magnitude = fraction * 0x1p-24;
      } else {
        magnitude = Math.scalb((double) (fraction | 1 << FRACTION_BITS), exponent - BIAS - 10);
      }
      return bits < 0 ? -magnitude : magnitude;
    }
  }
}
