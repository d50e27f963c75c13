package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.contracts.Checks;
import io.isotherm.contracts.spectrum.Outcome;

/** What an outcome says about the alpha of its layer. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = News.Measured.class, name = "measured"),
  @JsonSubTypes.Type(value = News.Unusable.class, name = "unusable"),
  @JsonSubTypes.Type(value = News.Unchanged.class, name = "unchanged")
})
public sealed interface News {

  /** The layer has a new alpha. */
  record Measured(double alpha) implements News {
    /** Checks that alpha is a number. */
    public Measured {
      Checks.requireFinite("alpha", alpha);
    }
  }

  /** The layer's weights have no meaningful alpha now, so the last one no longer counts. */
  record Unusable() implements News {}

  /** Nothing was learned about the layer, so its last alpha still counts. */
  record Unchanged() implements News {}

  /** What {@code outcome} says: only an analysis brings an alpha, only a skip takes one away. */
  static News of(Outcome outcome) {
    if (outcome instanceof Outcome.Analysed analysed) {
      return new Measured(analysed.alpha());
    }
    return outcome instanceof Outcome.Skipped ? new Unusable() : new Unchanged();
  }
}
