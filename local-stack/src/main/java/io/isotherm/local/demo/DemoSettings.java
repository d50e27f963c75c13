package io.isotherm.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.checks.Names;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is to be trained.
 *
 * @param run names the run
 * @param epochs passes over the training set
 * @param seed of weights and order
 * @param policy how alphas become factors
 * @param shadows further policies by name, which are never applied
 * @param estimator how alpha is measured; absent for the trainer's default
 * @param every how often weights are published
 */
public record DemoSettings(
    String run,
    int epochs,
    long seed,
    PolicySpec policy,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, PolicySpec> shadows,
    Optional<EstimatorSpec> estimator,
    @JsonIgnore Every every) {

  /** Checks the name. */
  public DemoSettings {
    Names.requireRun(run);
    shadows = Collections.unmodifiableSortedMap(new TreeMap<>(shadows));
  }

  /** Without shadows, with the trainer's estimator. */
  public DemoSettings(String run, int epochs, long seed, PolicySpec policy, Every every) {
    this(run, epochs, seed, policy, Collections.emptySortedMap(), Optional.empty(), every);
  }

  /** The body of the trainer service's {@code POST /runs}. */
  record Order(
      String run,
      int epochs,
      long seed,
      PolicySpec policy,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, PolicySpec> shadows,
      Optional<EstimatorSpec> estimator,
      Map<String, Integer> every) {}

  Order order() {
    return new Order(run, epochs, seed, policy, shadows, estimator, every.toJson());
  }
}
