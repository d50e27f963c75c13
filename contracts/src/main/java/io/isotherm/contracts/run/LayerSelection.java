package io.isotherm.contracts.run;

import io.isotherm.contracts.Checks;

/**
 * Which layers a policy tunes; the others stay at the base rate. The rules apply in this order, as
 * in TempBalance's code: first layer, last layer, then too few eigenvalues.
 *
 * @param excludeFirst whether the network's first weight layer stays at the base rate
 * @param excludeLast whether its last one does
 * @param minEigenvalues layers with fewer eigenvalues stay at the base rate
 */
public record LayerSelection(boolean excludeFirst, boolean excludeLast, int minEigenvalues) {

  /** The selection of the TempBalance paper's runs. */
  public static final LayerSelection DEFAULT = new LayerSelection(true, true, 50);

  /** Checks that the bound is not negative. */
  public LayerSelection {
    Checks.requireNotNegative("minEigenvalues of the layer selection", minEigenvalues);
  }
}
