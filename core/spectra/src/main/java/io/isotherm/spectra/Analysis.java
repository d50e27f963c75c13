package io.isotherm.spectra;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import java.util.List;

/**
 * An outcome with the spectra that it came from, for whoever draws them.
 *
 * @param outcome what is published
 * @param spectra one for each fit that alpha is the mean of, so one with most estimators; empty if
 *     there are no eigenvalues
 */
public record Analysis(Outcome outcome, List<FittedSpectrum> spectra) {

  /** Copies the list. */
  public Analysis {
    spectra = List.copyOf(spectra);
  }

  /**
   * The pooled eigenvalues of one group of matrices, and the fit of their tail.
   *
   * @param spectrum convolution factor included
   * @param fit the power law, or why there is none
   */
  public record FittedSpectrum(Spectrum spectrum, TailFit fit) {}
}
