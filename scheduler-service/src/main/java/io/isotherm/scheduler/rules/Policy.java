package io.isotherm.scheduler.rules;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.PolicySpec;
import io.isotherm.spectra.policy.LayerFactor;
import java.util.List;
import java.util.Map;

/**
 * How alphas become factors: {@link io.isotherm.spectra.policy.LayerFactors#of} in the service. The
 * rules do not trust it: whatever it answers is checked.
 */
@FunctionalInterface
public interface Policy {

  /**
   * The factor of every layer, in the network's order, each norm layer behind the layer it follows.
   *
   * @param alphas by layer; a layer without a usable alpha is not in it
   */
  List<LayerFactor> factors(
      PolicySpec policy, List<LayerDescription> layers, Map<String, Double> alphas);
}
