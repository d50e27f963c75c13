package io.isotherm.methods.estimator;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is said of a layer's alpha. Thresholds on alpha itself are WeightWatcher's and stand with
 * its estimator alone, because alpha of one and the same matrix depends on the estimator. With
 * every other one, alpha is held against that of random matrices of the same shape.
 */
public enum Verdict {
  /** WeightWatcher: alpha below {@value #LOWEST_USUAL}. */
  OVER_TRAINED("over-trained"),
  /** WeightWatcher: alpha above {@value #HIGHEST_USUAL}. */
  UNDER_TRAINED("under-trained"),
  /** Alpha is within {@value #CHANCE} standard deviations of that of random matrices. */
  LIKE_RANDOM("like random"),
  /** Alpha is lower than chance explains: large eigenvalues are more frequent. */
  HEAVIER_THAN_RANDOM("heavier than random"),
  /** Alpha is higher than chance explains: large eigenvalues are less frequent. */
  LIGHTER_THAN_RANDOM("lighter than random");

  /** Alpha of a layer that is not over-trained, at least. */
  public static final double LOWEST_USUAL = 2;

  /** Alpha of a layer that is not under-trained, at most. */
  public static final double HIGHEST_USUAL = 6;

  /**
   * Standard deviations from the mean up to which chance is a good explanation: one random layer in
   * 370 is further away if alpha is normally distributed.
   */
  public static final double CHANCE = 3;

  private final String label;

  Verdict(String label) {
    this.label = label;
  }

  /** The text for a reader. */
  public String label() {
    return label;
  }

  /**
   * The verdict on an alpha; empty with WeightWatcher in its usual range, and with others if it is
   * not known what chance gives.
   *
   * @param estimator that alpha was measured by
   * @param alphaZ how far alpha is from that of random matrices, in standard deviations
   */
  public static Optional<Verdict> of(EstimatorSpec estimator, double alpha, OptionalDouble alphaZ) {
    if (estimator instanceof EstimatorSpec.WeightWatcher) {
      return ofWeightWatcher(alpha);
    }
    return alphaZ.isPresent() ? Optional.of(againstChance(alphaZ.getAsDouble())) : Optional.empty();
  }

  private static Optional<Verdict> ofWeightWatcher(double alpha) {
    if (alpha < LOWEST_USUAL) {
      return Optional.of(OVER_TRAINED);
    }
    return alpha > HIGHEST_USUAL ? Optional.of(UNDER_TRAINED) : Optional.empty();
  }

  /**
   * What chance alone makes of an alpha, whichever estimator measured it.
   *
   * @param alphaZ how far alpha is from that of random matrices, in standard deviations
   */
  public static Verdict againstChance(double alphaZ) {
    if (Math.abs(alphaZ) < CHANCE) {
      return LIKE_RANDOM;
    }
    return alphaZ < 0 ? HEAVIER_THAN_RANDOM : LIGHTER_THAN_RANDOM;
  }
}
