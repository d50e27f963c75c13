package io.isotherm.spectra.fit;

/**
 * The eigenvalues that a fit looks at: those of a spectrum from {@code from} inclusive to {@code
 * to} exclusive, at least one. Indices are those of the whole spectrum.
 */
public record SpectrumRange(Spectrum spectrum, int from, int to) {

  /** Checks the range. */
  public SpectrumRange {
    if (from < 0 || from >= to || to > spectrum.size()) {
      throw new IllegalArgumentException(
          "eigenvalues must be kept from 0 or more to %d or less, got: %d to %d"
              .formatted(spectrum.size(), from, to));
    }
  }

  /** How many eigenvalues there are. */
  public int size() {
    return to - from;
  }

  /** The smallest of them. */
  public double smallest() {
    return spectrum.value(from);
  }

  /** The largest of them. */
  public double largest() {
    return spectrum.value(to - 1);
  }

  /** Without the {@code count} largest ones. */
  public SpectrumRange clipped(int count) {
    return new SpectrumRange(spectrum, from, to - count);
  }
}
