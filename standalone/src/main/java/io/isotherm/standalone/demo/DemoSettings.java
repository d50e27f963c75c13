package io.isotherm.standalone.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.isotherm.contracts.Names;
import io.isotherm.contracts.run.PolicySpec;
import java.util.Map;

/**
 * What is to be trained.
 *
 * @param run names the run
 * @param epochs passes over the training set
 * @param seed of weights and order
 * @param policy how alphas become factors
 * @param every how often weights are published
 */
public record DemoSettings(
    String run, int epochs, long seed, PolicySpec policy, @JsonIgnore Every every) {

  /** Checks the name. */
  public DemoSettings {
    Names.requireRun(run);
  }

  /** The body of the trainer service's {@code POST /runs}. */
  record Order(String run, int epochs, long seed, PolicySpec policy, Map<String, Integer> every) {}

  Order order() {
    return new Order(run, epochs, seed, policy, every.toJson());
  }
}
