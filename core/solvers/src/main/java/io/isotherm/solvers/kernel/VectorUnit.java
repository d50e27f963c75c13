package io.isotherm.solvers.kernel;

import jdk.incubator.vector.FloatVector;

/** Whether this JVM, on this machine, can run the kernels of this package, and how wide. */
public final class VectorUnit {

  /**
   * System property for measurements, read once: the bits of the vectors that the kernels use, 256
   * or 512. Wider ones than the machine has work, but are a hundred times slower.
   */
  public static final String BITS_PROPERTY = "isotherm.vector.bits";

  static final int WIDE_BITS = 512;

  private static final int LEAST_BITS = 256;
  private static final int BITS = bits(System.getProperty(BITS_PROPERTY));
  private static final boolean AVAILABLE =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
          && Widest.bits() >= LEAST_BITS;

  private VectorUnit() {}

  /**
   * True if the JVM was started with {@code --add-modules jdk.incubator.vector} and the machine's
   * vectors hold at least eight floats. Where it is false, no other class of this package may be
   * used: the Vector API would be missing, or a hundred times slower than plain code.
   */
  public static boolean isAvailable() {
    return AVAILABLE;
  }

  /** Length of the vectors that the kernels of this package use; 0 where they cannot run. */
  public static int bits() {
    return AVAILABLE ? BITS : 0;
  }

  private static int bits(String property) {
    if (property == null || property.equals(String.valueOf(LEAST_BITS))) {
      return LEAST_BITS;
    }
    if (property.equals(String.valueOf(WIDE_BITS))) {
      return WIDE_BITS;
    }
    throw new IllegalArgumentException(
        "%s must be %d or %d, got: '%s'".formatted(BITS_PROPERTY, LEAST_BITS, WIDE_BITS, property));
  }

  /** Apart, so that nothing of a missing module is looked for. */
  private static final class Widest {
    static int bits() {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
  }
}
