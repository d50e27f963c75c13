package io.isotherm.checkpoints.weights;

/** Floating-point numbers of 4 to 16 bits: a sign, an exponent, a fraction. */
final class MiniFloat {

  /** What the patterns at the end of the range mean. */
  enum Ends {
    /** As in IEEE 754: the largest exponent means infinity and NaN. */
    IEEE,
    /** Only the pattern of all ones is NaN; there is no infinity ({@code FN}). */
    FINITE,
    /** Negative zero is NaN; there is no infinity ({@code FNUZ}). */
    FINITE_UNSIGNED_ZERO,
    /** Every pattern is a number. */
    NONE
  }

  private MiniFloat() {}

  /** What a pattern means, with the exponent's bias of {@code 2^(exponentBits-1) - 1}. */
  static double decode(int pattern, int exponentBits, int fractionBits, Ends ends) {
    int fraction = pattern & (1 << fractionBits) - 1;
    int highest = (1 << exponentBits) - 1;
    int exponent = pattern >> fractionBits & highest;
    boolean negative = ((pattern >> (fractionBits + exponentBits)) & 1) == 1;
    int bias = (1 << (exponentBits - 1)) - 1;
    if (ends == Ends.FINITE_UNSIGNED_ZERO) {
      bias++;
      if (negative && exponent == 0 && fraction == 0) {
        return Double.NaN;
      }
    }
    if (ends == Ends.FINITE && exponent == highest && fraction == (1 << fractionBits) - 1) {
      return Double.NaN;
    }
    if (ends == Ends.IEEE && exponent == highest) {
      double end = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
      return negative ? -end : end;
    }
    double magnitude =
        exponent == 0
            ? Math.scalb((double) fraction, 1 - bias - fractionBits)
            : Math.scalb((double) (fraction + (1 << fractionBits)), exponent - bias - fractionBits);
    return negative ? -magnitude : magnitude;
  }

  /** What all patterns of a type mean. */
  static double[] table(int exponentBits, int fractionBits, Ends ends) {
    double[] values = new double[1 << (1 + exponentBits + fractionBits)];
    for (int pattern = 0; pattern < values.length; pattern++) {
      values[pattern] = decode(pattern, exponentBits, fractionBits, ends);
    }
    return values;
  }

  /** The 16 numbers of {@code E2M1}, which MXFP4 and NVFP4 store. */
  static double[] fourBits() {
    return table(2, 1, Ends.NONE);
  }

  /** A scale of {@code E8M0}: a power of two; the pattern of all ones is NaN. */
  static double powerOfTwo(int pattern) {
    return pattern == 255 ? Double.NaN : Math.scalb(1.0, pattern - 127);
  }
}
