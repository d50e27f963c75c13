package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.NetworkLayer;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What became of one layer.
 *
 * @param layer that was measured
 * @param outcome numbers, or the reason why there are none
 * @param cpuNanos time of the threads that read and analysed it
 * @param rate what the user's policy would set the layer to; absent without a policy
 */
record LayerResult(NetworkLayer layer, Outcome outcome, long cpuNanos, Optional<Rate> rate) {

  /** WeightWatcher's {@code min_evals}: it has no alpha of fewer. */
  static final int LEAST_EIGENVALUES = 10;

  /**
   * What a policy sets a layer to.
   *
   * @param isTuned whether the policy's map has given the layer a factor
   * @param factor on the base learning rate
   * @param learningRate the base rate times the factor
   * @param weightDecayFactor on the base weight decay, if the policy changes that
   */
  record Rate(
      boolean isTuned, double factor, double learningRate, OptionalDouble weightDecayFactor) {}

  /** Without a policy. */
  static LayerResult of(NetworkLayer layer, Outcome outcome, long cpuNanos) {
    return new LayerResult(layer, outcome, cpuNanos, Optional.empty());
  }

  /** What the layer is called. */
  String name() {
    return layer.name();
  }

  /** The sizes of the weight in PyTorch's order. */
  List<Long> shape() {
    return layer.shape();
  }

  /** How the weight was formed from what is stored; absent if it is stored itself. */
  Optional<String> formed() {
    return layer.weight().how();
  }

  /** The same with what a policy makes of it. */
  LayerResult with(Rate rate) {
    return new LayerResult(layer, outcome, cpuNanos, Optional.of(rate));
  }

  /** The numbers, if there are any. */
  Optional<Outcome.Analysed> numbers() {
    return outcome instanceof Outcome.Analysed analysed ? Optional.of(analysed) : Optional.empty();
  }

  /**
   * Whether alpha rests on so few eigenvalues that it says nothing; means, medians and verdicts
   * leave it out.
   */
  boolean hasFewEigenvalues() {
    return numbers().filter(some -> some.eigenvalueCount() < LEAST_EIGENVALUES).isPresent();
  }

  /** What is to be said of alpha, if it rests on enough eigenvalues. */
  Optional<Verdict> verdict(EstimatorSpec estimator) {
    return hasFewEigenvalues()
        ? Optional.empty()
        : numbers().flatMap(some -> some.verdict(estimator));
  }

  /** One of {@code analysed}, {@code skipped} and {@code failed}. */
  String status() {
    if (outcome instanceof Outcome.Analysed) {
      return "analysed";
    }
    return outcome instanceof Outcome.Skipped ? "skipped" : "failed";
  }

  /** Why there are no numbers. */
  Optional<String> reason() {
    if (outcome instanceof Outcome.Skipped skipped) {
      return Optional.of(skipped.reason());
    }
    return outcome instanceof Outcome.Failed failed
        ? Optional.of(failed.cause())
        : Optional.empty();
  }
}
