package io.isotherm.spectra.fit;

import java.util.OptionalDouble;

/**
 * Leaves out the eigenvalues up to {@value #THRESHOLD}, an absolute number in the published codes
 * ({@code EVALS_THRESH}): whether it cuts depends on the scale of the weights.
 */
public final class ZeroFilter {

  /** The largest eigenvalue that is left out. */
  public static final double THRESHOLD = 1e-5;

  private ZeroFilter() {}

  /** How many eigenvalues are above the threshold. */
  public static int countAbove(Spectrum spectrum) {
    return spectrum.size() - spectrum.firstAbove(THRESHOLD);
  }

  /** What is above the threshold, or everything if nothing is. */
  public static SpectrumRange of(Spectrum spectrum) {
    int first = spectrum.firstAbove(THRESHOLD);
    return first < spectrum.size()
        ? new SpectrumRange(spectrum, first, spectrum.size())
        : spectrum.all();
  }

  /** The eigenvalue, if there is one, that rounding may have moved across the threshold. */
  public static OptionalDouble uncertain(Spectrum spectrum) {
    for (int i = 0; i < spectrum.size(); i++) {
      if (Math.abs(spectrum.value(i) - THRESHOLD) <= spectrum.uncertainty(i)) {
        return OptionalDouble.of(spectrum.value(i));
      }
    }
    return OptionalDouble.empty();
  }
}
