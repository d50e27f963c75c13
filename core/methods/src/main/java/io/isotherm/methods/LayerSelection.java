package io.isotherm.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Which layers a policy tunes; the others stay at the base rate. The rules apply in this order, as
 * in TempBalance's code: first layer, last layer, then too few eigenvalues; then the patterns.
 *
 * @param excludeFirst whether the network's first weight layer stays at the base rate
 * @param excludeLast whether its last one does
 * @param minEigenvalues layers with fewer eigenvalues stay at the base rate; counted as the
 *     estimator has them, or before it has measured the layer, as the layer's shape has them
 * @param include patterns of the layers that are tuned; all, if there are none
 * @param exclude patterns of layers that stay at the base rate
 */
public record LayerSelection(
    boolean excludeFirst,
    boolean excludeLast,
    int minEigenvalues,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "[]")
        List<String> include,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "[]")
        List<String> exclude) {

  /** The selection of the TempBalance paper's runs. */
  public static final LayerSelection DEFAULT = new LayerSelection(true, true, 50);

  private static final int MAX_PATTERNS = 100;

  /** Checks that the bound is not negative. */
  public LayerSelection {
    Checks.requireNotNegative("minEigenvalues of the layer selection", minEigenvalues);
    include = include == null ? List.of() : patterns("include of the layer selection", include);
    exclude = exclude == null ? List.of() : patterns("exclude of the layer selection", exclude);
  }

  /** Without patterns. */
  public LayerSelection(boolean excludeFirst, boolean excludeLast, int minEigenvalues) {
    this(excludeFirst, excludeLast, minEigenvalues, List.of(), List.of());
  }

  /** Whether the patterns let the layer be tuned. */
  public boolean names(String layer) {
    return names(layer, Glob::anyMatches);
  }

  /**
   * The same where a layer has more names than one.
   *
   * @param fits whether one of the patterns means the layer of that name
   */
  public boolean names(String layer, BiPredicate<List<String>, String> fits) {
    return (include.isEmpty() || fits.test(include, layer)) && !fits.test(exclude, layer);
  }

  static List<String> patterns(String field, List<String> patterns) {
    if (patterns.size() > MAX_PATTERNS) {
      throw new IllegalArgumentException(
          "%s must have at most %d patterns, got: %d"
              .formatted(field, MAX_PATTERNS, patterns.size()));
    }
    for (String pattern : Checks.requireElements(field, patterns)) {
      if (pattern.isEmpty() || pattern.length() > Names.MAX_LAYER_LENGTH) {
        throw new IllegalArgumentException(
            "%s must be patterns of 1 to %d characters each, got one of %d"
                .formatted(field, Names.MAX_LAYER_LENGTH, pattern.length()));
      }
    }
    return List.copyOf(patterns);
  }
}
