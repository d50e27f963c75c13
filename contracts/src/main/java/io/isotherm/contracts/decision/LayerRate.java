package io.isotherm.contracts.decision;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.contracts.Checks;
import io.isotherm.contracts.Names;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One layer of a {@link Decision}.
 *
 * @param layer names a weight layer or the norm layer that follows one
 * @param role why the factor is what it is
 * @param factor to be multiplied with the base rate in force, positive
 * @param learningRate {@code factor} times the base rate of the decision's step, for the reader
 * @param alpha the newest known alpha of the layer, if there is one
 * @param alphaStep the step whose weights gave {@code alpha}
 * @param follows the weight layer that a norm layer takes its factor from
 */
public record LayerRate(
    String layer,
    Role role,
    double factor,
    double learningRate,
    OptionalDouble alpha,
    OptionalLong alphaStep,
    Optional<String> follows) {

  /** Why a layer has its factor. */
  public enum Role {
    /** The policy computed the factor from alpha. */
    @JsonProperty("tuned")
    TUNED,
    /** A norm layer with the factor of the layer that it follows. */
    @JsonProperty("follows")
    FOLLOWS,
    /** Left at the base rate by the policy's layer selection. */
    @JsonProperty("excluded")
    EXCLUDED,
    /** Left at the base rate because no usable alpha is known. */
    @JsonProperty("no-alpha")
    NO_ALPHA
  }

  /** Checks the numbers, and that a norm layer says whom it follows. */
  public LayerRate {
    Names.requireLayer(layer);
    Checks.requirePresent("role of layer '" + layer + "'", role);
    Checks.requirePositive("factor of layer '" + layer + "'", factor);
    Checks.requireNotNegative("learningRate of layer '" + layer + "'", learningRate);
    alpha = alpha == null ? OptionalDouble.empty() : alpha;
    alphaStep = alphaStep == null ? OptionalLong.empty() : alphaStep;
    follows = follows == null ? Optional.empty() : follows;
    if (alpha.isPresent()) {
      Checks.requireFinite("alpha of layer '" + layer + "'", alpha.getAsDouble());
    }
    if (alpha.isPresent() != alphaStep.isPresent()) {
      throw new IllegalArgumentException(
          "alpha and alphaStep of layer '%s' must both be there or both be missing"
              .formatted(layer));
    }
    if ((role == Role.FOLLOWS) != follows.isPresent()) {
      throw new IllegalArgumentException(
          "layer '%s' must name a layer in 'follows' exactly when its role is 'follows'"
              .formatted(layer));
    }
  }
}
