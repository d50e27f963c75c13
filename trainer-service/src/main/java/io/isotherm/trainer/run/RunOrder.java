package io.isotherm.trainer.run;

import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.client.dl4j.SnapshotInterval;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.trainer.network.Network;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What somebody wants to have trained.
 *
 * @param run names the run
 * @param network is trained
 * @param epochs passes over the training set
 * @param seed of the first weights and of the order of the images
 * @param batchSize images in a step
 * @param learningRate base rate at the first step
 * @param policy how alphas become factors
 * @param shadows further policies by name, whose decisions are computed and shown, and never
 *     applied
 * @param estimator how alpha is measured
 * @param every how often weights are published
 */
public record RunOrder(
    String run,
    Network network,
    int epochs,
    long seed,
    int batchSize,
    double learningRate,
    PolicySpec policy,
    SortedMap<String, PolicySpec> shadows,
    EstimatorSpec estimator,
    SnapshotInterval every) {

  /** More would be a slip of the keyboard. */
  public static final int MAX_EPOCHS = 10_000;

  /** Checks name and numbers. */
  public RunOrder {
    Names.requireRun(run);
    Checks.requirePresent("network", network);
    Checks.requirePositive("epochs", (long) epochs);
    if (epochs > MAX_EPOCHS) {
      throw new IllegalArgumentException(
          "epochs must be at most " + MAX_EPOCHS + ", got: " + epochs);
    }
    Checks.requirePositive("batchSize", (long) batchSize);
    Checks.requirePositive("learningRate", learningRate);
    Checks.requirePresent("policy", policy);
    shadows =
        Collections.unmodifiableSortedMap(new TreeMap<>(Checks.requirePresent("shadows", shadows)));
    Checks.requirePresent("estimator", estimator);
    Checks.requirePresent("every", every);
  }
}
