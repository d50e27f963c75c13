package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.checks.Checks;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.policy.PolicyOptions;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an outcome says about the alpha of its layer. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = LayerFinding.Measured.class, name = "measured"),
  @JsonSubTypes.Type(value = LayerFinding.Unusable.class, name = "unusable"),
  @JsonSubTypes.Type(value = LayerFinding.Unchanged.class, name = "unchanged")
})
public sealed interface LayerFinding {

  /**
   * The layer has a new alpha.
   *
   * @param numbers what else was measured, by the names that the outcome has for it
   */
  record Measured(
      double alpha,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
          SortedMap<String, Double> numbers)
      implements LayerFinding {
    /** Checks that alpha is a number. */
    public Measured {
      Checks.requireFinite("alpha", alpha);
      numbers =
          numbers == null
              ? Collections.emptySortedMap()
              : Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
    }

    /** An alpha and nothing else. */
    public Measured(double alpha) {
      this(alpha, Collections.emptySortedMap());
    }
  }

  /** The layer's weights have no meaningful alpha now, so the last one no longer counts. */
  record Unusable() implements LayerFinding {}

  /** Nothing was learned about the layer, so its last alpha still counts. */
  record Unchanged() implements LayerFinding {}

  /** What {@code outcome} says: only an analysis brings an alpha, only a skip takes one away. */
  static LayerFinding of(Outcome outcome) {
    if (outcome instanceof Outcome.Analysed analysed) {
      SortedMap<String, Double> numbers = analysed.numbers();
      numbers.remove(PolicyOptions.ALPHA);
      return new Measured(analysed.alpha(), numbers);
    }
    return outcome instanceof Outcome.Skipped ? new Unusable() : new Unchanged();
  }
}
