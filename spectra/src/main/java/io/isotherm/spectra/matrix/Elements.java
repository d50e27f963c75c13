package io.isotherm.spectra.matrix;

import io.isotherm.contracts.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Reads elements of a little-endian buffer as doubles; every value of every type is exact. */
sealed interface Elements {

  /** The element at a 0-based index. */
  double get(int index);

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

  /** IEEE 754 binary32. */
  record Floats(FloatBuffer data) implements Elements {
    @Override
    public double get(int index) {
      return data.get(index);
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
