package io.isotherm.solvers.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors of those kernels that can do with either width. */
final class Lanes {

  /** Of {@link VectorUnit#bits()}: a constant to the compiler. */
  static final VectorSpecies<Float> FLOATS =
      VectorUnit.bits() == VectorUnit.WIDE_BITS ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;

  /** Floats of a vector, 8 or 16. */
  static final int COUNT = FLOATS.length();

  private Lanes() {}
}
