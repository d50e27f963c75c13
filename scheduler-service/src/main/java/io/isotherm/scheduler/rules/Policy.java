package io.isotherm.scheduler.rules;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.PolicySpec;
import io.isotherm.spectra.policy.LayerReading;
import io.isotherm.spectra.policy.Moment;
import io.isotherm.spectra.policy.PolicyCourse;
import io.isotherm.spectra.policy.PolicyMemory;
import java.util.List;
import java.util.Map;

/**
 * How metrics become factors: {@link PolicyCourse#next} in the service. The rules do not trust it:
 * whatever it answers is checked.
 */
@FunctionalInterface
public interface Policy {

  /**
   * The factor of every layer, in the network's order, each norm layer behind the layer it follows.
   *
   * @param readings by layer; a layer without a usable value is not in it
   */
  PolicyCourse.Answer next(
      PolicySpec.Single policy,
      List<LayerDescription> layers,
      Map<String, LayerReading> readings,
      Moment moment,
      PolicyMemory memory);
}
