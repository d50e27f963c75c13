package io.isotherm.client;

import io.isotherm.checks.Checks;
import java.util.Map;
import java.util.Objects;

/**
 * The factors in force at one step: one for every layer, to be multiplied with the base learning
 * rate, and one for its weight decay. Immutable.
 *
 * <p>A decision may want its factors approached over many steps; then each of these steps has rates
 * of its own, which name the same decision.
 */
public final class Rates {

  /** Every factor is 1: what a run has before its first decision. */
  public static final Rates NONE = new Rates("none", 0, 0, FactorRamp.NONE, FactorRamp.NONE);

  private final String decisionId;
  private final long revision;
  private final long basedOnStep;
  private final FactorRamp learningRate;
  private final FactorRamp weightDecay;

  Rates(
      String decisionId,
      long revision,
      long basedOnStep,
      FactorRamp learningRate,
      FactorRamp weightDecay) {
    this.decisionId = Checks.requireText("decisionId of the rates", decisionId);
    this.revision = Checks.requireNotNegative("revision of the rates of " + decisionId, revision);
    this.basedOnStep =
        Checks.requireNotNegative("basedOnStep of the rates of " + decisionId, basedOnStep);
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
  }

  /**
   * Factors that stay.
   *
   * @param decisionId of the decision that the factors come from
   * @param revision of that decision within its incarnation; 0 if there was none yet
   * @param basedOnStep the step whose weights the decision is based on
   * @param factors on the learning rate by layer, each positive; a layer that is not named has 1
   * @param weightDecayFactors on the weight decay, likewise
   */
  public Rates(
      String decisionId,
      long revision,
      long basedOnStep,
      Map<String, Double> factors,
      Map<String, Double> weightDecayFactors) {
    this(
        decisionId,
        revision,
        basedOnStep,
        FactorRamp.settled(factors),
        FactorRamp.settled(weightDecayFactors));
  }

  /** With weight decay as it is. */
  public Rates(String decisionId, long revision, long basedOnStep, Map<String, Double> factors) {
    this(decisionId, revision, basedOnStep, factors, Map.of());
  }

  /** The decision that the factors come from, or are on their way to. */
  public String decisionId() {
    return decisionId;
  }

  /** The decision's revision within its incarnation; 0 if there was none yet. */
  public long revision() {
    return revision;
  }

  /** The step whose weights the decision is based on. */
  public long basedOnStep() {
    return basedOnStep;
  }

  /**
   * What the layer's base learning rate is to be multiplied with; 1 if no decision has named it.
   */
  public double factor(String layer) {
    return learningRate.factor(layer);
  }

  /** What the layer's base weight decay is to be multiplied with; 1 if no decision has named it. */
  public double weightDecayFactor(String layer) {
    return weightDecay.factor(layer);
  }

  /** The factors on the learning rate of all layers that have been named. */
  public Map<String, Double> factors() {
    return learningRate.factors();
  }

  /** The factors on the weight decay of all layers that have been named. */
  public Map<String, Double> weightDecayFactors() {
    return weightDecay.factors();
  }

  FactorRamp learningRate() {
    return learningRate;
  }

  FactorRamp weightDecay() {
    return weightDecay;
  }

  /** On the way from here to the factors of a decision, not a step of it done. */
  Rates towards(Targets targets) {
    return new Rates(
        targets.decisionId(),
        targets.revision(),
        targets.basedOnStep(),
        learningRate.towards(targets.factors(), targets.rampSteps()),
        weightDecay.towards(targets.weightDecayFactors(), targets.weightDecayRampSteps()));
  }

  /** One step on; the same object if the factors stay. */
  Rates next() {
    return learningRate.isSettled() && weightDecay.isSettled()
        ? this
        : new Rates(decisionId, revision, basedOnStep, learningRate.next(), weightDecay.next());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Rates that
        && that.decisionId.equals(decisionId)
        && that.revision == revision
        && that.basedOnStep == basedOnStep
        && that.learningRate.equals(learningRate)
        && that.weightDecay.equals(weightDecay);
  }

  @Override
  public int hashCode() {
    return Objects.hash(decisionId, revision, basedOnStep, learningRate, weightDecay);
  }

  @Override
  public String toString() {
    return "Rates[decisionId=%s, revision=%d, basedOnStep=%d, factors=%s, weightDecayFactors=%s]"
        .formatted(decisionId, revision, basedOnStep, factors(), weightDecayFactors());
  }
}
