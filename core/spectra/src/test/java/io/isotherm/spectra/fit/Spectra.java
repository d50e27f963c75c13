package io.isotherm.spectra.fit;

import java.util.Arrays;

/** Makes spectra for tests. */
final class Spectra {

  private static final double ROUNDOFF = 0x1p-53;

  private Spectra() {}

  /** Of one matrix. */
  static Spectrum of(double... eigenvalues) {
    double[] ascending = eigenvalues.clone();
    Arrays.sort(ascending);
    return Spectrum.pooled(ascending, ascending.length, 1, ROUNDOFF);
  }
}
