package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.contracts.Checks;

/** How alphas become factors. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PolicySpec.Constant.class, name = "constant"),
  @JsonSubTypes.Type(value = PolicySpec.Linear.class, name = "linear")
})
public sealed interface PolicySpec {

  /** TempBalance's linear map onto [0.5, 1.5] times the base rate. */
  PolicySpec DEFAULT = new Linear(0.5, 1.5, LayerSelection.DEFAULT, Compatibility.SANE);

  /** The factor of every layer is 1: the baseline. */
  record Constant() implements PolicySpec {}

  /**
   * TempBalance's {@code tb_linear_map}: the smallest alpha gets {@code minFactor}, the largest
   * {@code maxFactor}, the others linearly between.
   *
   * @param minFactor s1 in the paper, positive
   * @param maxFactor s2 in the paper, at least {@code minFactor}
   * @param selection which layers are tuned
   * @param compatibility what to answer when all alphas are equal: 1, or the reference's {@code
   *     maxFactor}
   */
  record Linear(
      double minFactor, double maxFactor, LayerSelection selection, Compatibility compatibility)
      implements PolicySpec {
    /** Checks the range. */
    public Linear {
      Checks.requirePositive("minFactor of policy 'linear'", minFactor);
      Checks.requirePositive("maxFactor of policy 'linear'", maxFactor);
      if (minFactor > maxFactor) {
        throw new IllegalArgumentException(
            "minFactor of policy 'linear' must not exceed maxFactor %s, got: %s"
                .formatted(maxFactor, minFactor));
      }
      Checks.requirePresent("selection of policy 'linear'", selection);
      Checks.requirePresent("compatibility of policy 'linear'", compatibility);
    }
  }
}
