package io.isotherm.spectra.policy;

import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.contracts.decision.LayerRate;
import java.util.Optional;

/**
 * What a policy says about one layer.
 *
 * @param layer names a weight layer, or the norm layer that follows one
 * @param role why the factor is what it is
 * @param factor on the base learning rate, positive
 * @param follows the weight layer that a norm layer takes its factor from
 */
public record LayerFactor(
    String layer, LayerRate.Role role, double factor, Optional<String> follows) {

  /** Checks the factor. */
  public LayerFactor {
    Names.requireLayer(layer);
    Checks.requirePresent("role of layer '" + layer + "'", role);
    Checks.requirePositive("factor of layer '" + layer + "'", factor);
    Checks.requirePresent("follows of layer '" + layer + "'", follows);
  }
}
