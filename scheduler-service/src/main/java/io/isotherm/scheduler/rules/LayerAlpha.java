package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.spectra.policy.LayerNumbers;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The newest thing known about a layer's alpha.
 *
 * @param step whose weights it is about
 * @param alpha empty if those weights had none that can be used
 * @param numbers what else was measured of those weights, by the names that the outcome has for it
 */
public record LayerAlpha(
    long step,
    OptionalDouble alpha,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
        SortedMap<String, Double> numbers)
    implements LayerNumbers {

  /** Copies the map. */
  public LayerAlpha {
    numbers =
        numbers == null
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
  }

  /** An alpha, or none, and nothing else. */
  public LayerAlpha(long step, OptionalDouble alpha) {
    this(step, alpha, Collections.emptySortedMap());
  }

  /**
   * What is known of a layer after a finding, which counts if it is about a later step than what
   * was known before, and says anything.
   *
   * @param known before; empty if nothing was
   */
  public static Optional<LayerAlpha> after(
      Optional<LayerAlpha> known, long step, LayerFinding finding) {
    boolean isOld = known.isPresent() && known.get().step() >= step;
    if (isOld || finding instanceof LayerFinding.Unchanged) {
      return known;
    }
    return Optional.of(
        finding instanceof LayerFinding.Measured measured
            ? new LayerAlpha(step, OptionalDouble.of(measured.alpha()), measured.numbers())
            : new LayerAlpha(step, OptionalDouble.empty()));
  }

  @Override
  public OptionalDouble number(String name) {
    if (name.equals(PolicyOptions.ALPHA)) {
      return alpha;
    }
    Double number = numbers.get(name);
    return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
  }
}
