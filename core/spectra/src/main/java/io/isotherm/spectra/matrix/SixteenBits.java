package io.isotherm.spectra.matrix;

/**
 * What the 65,536 patterns of 16 bits mean, as floats, which hold all of them exactly. A table of
 * 256 KiB stays in a core's second cache; computing the bits of a float takes as long or longer,
 * for on the way from an integer register to a vector register they lose more than a look-up does.
 */
final class SixteenBits {

  private static final int COUNT = 1 << Short.SIZE;

  private SixteenBits() {}

  /** By pattern, IEEE 754 binary16. Not to be written to. */
  static float[] halves() {
    return Halves.VALUES;
  }

  /** By pattern, bfloat16: the upper half of a binary32. Not to be written to. */
  static float[] brains() {
    return Brains.VALUES;
  }

  /** IEEE 754 binary16: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits. */
  private static final class Halves {
    static final float[] VALUES = new float[COUNT];

    private static final int FRACTION_BITS = 10;
    private static final int FRACTION_MASK = (1 << FRACTION_BITS) - 1;
    private static final int EXPONENT_MASK = 0x1f;
    private static final int BIAS = 15;

    static {
      for (int bits = 0; bits < COUNT; bits++) {
        VALUES[bits] = value(bits);
      }
    }

    private static float value(int bits) {
      int exponent = bits >> FRACTION_BITS & EXPONENT_MASK;
      int fraction = bits & FRACTION_MASK;
      float magnitude;
      if (exponent == EXPONENT_MASK) {
        magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
      } else if (exponent == 0) {
        magnitude = fraction * 0x1p-24f;
      } else {
        int units = fraction | 1 << FRACTION_BITS;
        magnitude = Math.scalb((float) units, exponent - BIAS - FRACTION_BITS);
      }
      return (short) bits < 0 ? -magnitude : magnitude;
    }
  }

  private static final class Brains {
    static final float[] VALUES = new float[COUNT];

    static {
      for (int bits = 0; bits < COUNT; bits++) {
        VALUES[bits] = Float.intBitsToFloat(bits << Short.SIZE);
      }
    }
  }
}
