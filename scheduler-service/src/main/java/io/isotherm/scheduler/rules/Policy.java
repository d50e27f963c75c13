package io.isotherm.scheduler.rules;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.DecisionTime;
import io.isotherm.spectra.policy.LayerNumbers;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.List;
import java.util.Map;

/**
 * How metrics become factors: {@link PolicyAnswer#next} in the service. The rules do not trust it:
 * whatever it answers is checked.
 */
@FunctionalInterface
public interface Policy {

  /**
   * The factor of every layer, in the network's order, each norm layer behind the layer it follows.
   *
   * @param numbers by layer, as far as anything is known
   */
  PolicyAnswer next(
      PolicySpec policy,
      List<LayerDescription> layers,
      Map<String, ? extends LayerNumbers> numbers,
      DecisionTime at,
      PolicyTrack track);
}
