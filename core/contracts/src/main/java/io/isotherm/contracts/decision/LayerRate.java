package io.isotherm.contracts.decision;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One layer of a {@link Decision}.
 *
 * @param layer names a weight layer or the norm layer that follows one
 * @param role why the factor is what it is
 * @param factor to be multiplied with the base rate in force, positive
 * @param learningRate {@code factor} times the decision's base rate, for the reader; absent if the
 *     decision has none
 * @param alpha the newest known alpha of the layer, if there is one
 * @param alphaStep the step whose weights gave {@code alpha}
 * @param follows the weight layer that a norm layer takes its factor from
 * @param metric what the policy mapped, where that is not {@code alpha} as it stands here: another
 *     metric, or a smoothed one
 * @param weightDecay present if the policy changes weight decay
 */
public record LayerRate(
    String layer,
    Role role,
    double factor,
    OptionalDouble learningRate,
    OptionalDouble alpha,
    OptionalLong alphaStep,
    Optional<String> follows,
    OptionalDouble metric,
    Optional<WeightDecay> weightDecay) {

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
    NO_ALPHA,
    /**
     * The factor of the decision before, or 1 before the first: the run is on hold, or the policy
     * does not act at this step. Whoever has the decision before keeps the factor that is in force;
     * a run that was resumed goes on with its checkpoint's.
     */
    @JsonProperty("held")
    HELD
  }

  /**
   * What becomes of a layer's weight decay.
   *
   * @param role why the factor is what it is
   * @param factor to be multiplied with the base weight decay, positive
   */
  public record WeightDecay(Role role, double factor) {
    /** Checks the factor. */
    public WeightDecay {
      Checks.requirePresent("role of a layer's weight decay", role);
      Checks.requirePositive("factor of a layer's weight decay", factor);
    }
  }

  /** Checks the numbers, and that a norm layer says whom it follows. */
  public LayerRate {
    Names.requireLayer(layer);
    Checks.requirePresent("role of layer '" + layer + "'", role);
    Checks.requirePositive("factor of layer '" + layer + "'", factor);
    learningRate = learningRate == null ? OptionalDouble.empty() : learningRate;
    learningRate.ifPresent(
        rate -> Checks.requireNotNegative("learningRate of layer '" + layer + "'", rate));
    alpha = alpha == null ? OptionalDouble.empty() : alpha;
    alphaStep = alphaStep == null ? OptionalLong.empty() : alphaStep;
    follows = follows == null ? Optional.empty() : follows;
    metric = metric == null ? OptionalDouble.empty() : metric;
    metric.ifPresent(value -> Checks.requireFinite("metric of layer '" + layer + "'", value));
    weightDecay = weightDecay == null ? Optional.empty() : weightDecay;
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

  /** With a factor on the learning rate alone, from alpha as it is. */
  public LayerRate(
      String layer,
      Role role,
      double factor,
      double learningRate,
      OptionalDouble alpha,
      OptionalLong alphaStep,
      Optional<String> follows) {
    this(
        layer,
        role,
        factor,
        OptionalDouble.of(learningRate),
        alpha,
        alphaStep,
        follows,
        OptionalDouble.empty(),
        Optional.empty());
  }
}
