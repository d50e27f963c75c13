package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.methods.PolicyOptions;
import io.isotherm.spectra.policy.LayerNumbers;
import java.util.Collections;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The newest thing known about a layer's alpha.
 *
 * @param step whose weights it is about
 * @param alpha empty if those weights had none that can be used
 * @param numbers what else the run's policies need to know of those weights, by the names that the
 *     outcome has for them
 */
public record LayerAlpha(
    long step,
    OptionalDouble alpha,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Double> numbers)
    implements LayerNumbers {

  /** Copies the map. */
  public LayerAlpha {
    numbers =
        numbers == null
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
  }

  @Override
  public OptionalDouble number(String name) {
    if (name.equals(PolicyOptions.ALPHA)) {
      return alpha;
    }
    Double number = numbers.get(name);
    return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
  }

  /** Of a run whose policies need nothing else. */
  public LayerAlpha(long step, OptionalDouble alpha) {
    this(step, alpha, Collections.emptySortedMap());
  }
}
