package io.isotherm.solvers.kernel;

import jdk.incubator.vector.FloatVector;

/** Whether this JVM, on this machine, can run the kernels of this package. */
public final class VectorUnit {

  private static final int BITS = 256;
  private static final boolean AVAILABLE =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && Widest.bits() >= BITS;

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

  /** Apart, so that nothing of a missing module is looked for. */
  private static final class Widest {
    static int bits() {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
  }
}
