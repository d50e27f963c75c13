package io.isotherm.spectra.matrix;

/**
 * The largest of many numbers of 31 bits, which is what a floating-point number is without its
 * sign: such bits are in the order of the magnitudes, and those of what is not finite come last.
 */
final class LargestBits {

  /** Words of one look at most. */
  static final int PIECE = 1024;

  private final int[] largest = new int[PIECE];

  /**
   * Looks at some words, each shifted to the left and without its first bit.
   *
   * @param count at most {@value #PIECE}
   */
  void look(int[] words, int count, int shift) {
    for (int i = 0; i < count; i++) {
      // C2 of Java 17 makes vectors of a difference and its sign, but not of Math.max.
      int more = (words[i] << shift & Integer.MAX_VALUE) - largest[i];
      largest[i] += more & ~(more >> (Integer.SIZE - 1));
    }
  }

  /** The largest so far; 0 if there was none. */
  int get() {
    int most = 0;
    for (int each : largest) {
      most = Math.max(most, each);
    }
    return most;
  }
}
