package io.isotherm.methods.estimator;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;

/** What WeightWatcher says of a layer whose alpha is outside of the usual range. */
public enum Verdict {
  /** Alpha below {@value #LOWEST_USUAL}. */
  @JsonProperty("over-trained")
  OVER_TRAINED("over-trained"),
  /** Alpha above {@value #HIGHEST_USUAL}. */
  @JsonProperty("under-trained")
  UNDER_TRAINED("under-trained");

  /** Alpha of a layer that is not over-trained, at least. */
  public static final double LOWEST_USUAL = 2;

  /** Alpha of a layer that is not under-trained, at most. */
  public static final double HIGHEST_USUAL = 6;

  private final String label;

  Verdict(String label) {
    this.label = label;
  }

  /** The text for a reader. */
  public String label() {
    return label;
  }

  /** The verdict on an alpha; empty in the usual range. */
  public static Optional<Verdict> of(double alpha) {
    if (alpha < LOWEST_USUAL) {
      return Optional.of(OVER_TRAINED);
    }
    return alpha > HIGHEST_USUAL ? Optional.of(UNDER_TRAINED) : Optional.empty();
  }
}
