package io.isotherm.methods.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.catalogue.Descriptor;
import io.isotherm.methods.catalogue.Fields;
import io.isotherm.methods.catalogue.Flag;
import io.isotherm.methods.catalogue.Parameter;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Which layers a policy tunes; the others stay at the base rate. The rules apply in this order, as
 * in TempBalance's code: first layer, last layer, then too few eigenvalues; then the patterns.
 */
@Descriptor(
    summary = "Which layers are tuned. The rules apply in the order of these fields.",
    field = "%1$s of the layer selection")
public record LayerSelection(
    @Parameter("the network's first weight layer stays at the base rate")
        @Flag(
            value = "--keep-first",
            sets = false,
            help =
                "keep the network's first layer among those that are tuned; without it TempBalance's"
                    + " and Model Balancing's policies leave it at the base rate")
        boolean excludeFirst,
    @Parameter("the network's last weight layer stays at the base rate")
        @Flag(value = "--keep-last", sets = false, help = "the same for the network's last layer")
        boolean excludeLast,
    @Parameter(
            value =
                "layers with fewer eigenvalues stay at the base rate, counted as the estimator has"
                    + " them, or before it has measured the layer, as its shape has them",
            atLeast = 0)
        @Flag(value = "--min-eigenvalues", label = "N")
        int minEigenvalues,
    @Parameter("patterns of the layers that are tuned; all, if there are none")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonProperty(defaultValue = "[]")
        List<String> include,
    @Parameter("patterns of layers that stay at the base rate")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonProperty(defaultValue = "[]")
        List<String> exclude) {

  /** The selection of the TempBalance paper's runs. */
  public static final LayerSelection DEFAULT = new LayerSelection(true, true, 50);

  /** Largest number of patterns in one list. */
  public static final int MAX_PATTERNS = 100;

  /** Checks that the bound is not negative. */
  public LayerSelection {
    include = include == null ? List.of() : include;
    exclude = exclude == null ? List.of() : exclude;
    Fields fields = Fields.of(LayerSelection.class);
    fields.check(excludeFirst, excludeLast, minEigenvalues, include, exclude);
    include = patterns(fields, "include", include);
    exclude = patterns(fields, "exclude", exclude);
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

  /** Checks patterns of a described record. */
  static List<String> patterns(Fields fields, String field, List<String> patterns) {
    if (patterns.size() > MAX_PATTERNS) {
      throw fields.refusal(
          field, patterns.size(), "must have at most %d patterns".formatted(MAX_PATTERNS));
    }
    for (String pattern : Checks.requireElements(field, patterns)) {
      if (pattern.isEmpty() || pattern.length() > Names.MAX_LAYER_LENGTH) {
        throw fields.refusal(
            field,
            OneLine.quoted(pattern),
            "must be patterns of 1 to %d characters each".formatted(Names.MAX_LAYER_LENGTH));
      }
    }
    return List.copyOf(patterns);
  }
}
