package io.isotherm.local.demo;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Messages about a run named {@code demo} of 100 steps. */
final class Sample {

  static final String RUN = "demo";

  private Sample() {}

  static Progress progress(
      long step,
      int epoch,
      OptionalDouble accuracy,
      Map<String, Double> factors,
      AppliedDecision... applied) {
    return progress(RUN, step, epoch, accuracy, factors, applied);
  }

  static Progress progress(
      String run,
      long step,
      int epoch,
      OptionalDouble accuracy,
      Map<String, Double> factors,
      AppliedDecision... applied) {
    return new Progress(
        run,
        1,
        step,
        epoch,
        100,
        OptionalDouble.of(0.5),
        accuracy,
        0.1,
        factors,
        List.of(applied),
        ClientCounters.ZERO);
  }

  static Progress progress(
      long step, int epoch, Map<String, Double> factors, Map<String, Double> weightDecayFactors) {
    return new Progress(
        RUN,
        1,
        step,
        epoch,
        100,
        OptionalDouble.of(0.5),
        OptionalDouble.empty(),
        0.1,
        factors,
        List.of(),
        ClientCounters.ZERO,
        weightDecayFactors,
        Map.of());
  }

  static AppliedDecision applied(long revision, long basedOnStep, long appliedAtStep) {
    return new AppliedDecision("d" + revision, revision, basedOnStep, appliedAtStep);
  }

  static Decision decision(long revision, long step, PolicySpec policy) {
    return new Decision(
        RUN,
        1,
        "d" + revision,
        revision,
        step,
        (int) (step / 50),
        policy,
        0.1,
        List.of(
            rate("first", LayerRate.Role.EXCLUDED, 1.0, OptionalDouble.of(3.0)),
            rate("conv", LayerRate.Role.TUNED, 1.5, OptionalDouble.of(4.25)),
            new LayerRate(
                "conv.norm",
                LayerRate.Role.FOLLOWS,
                1.5,
                0.15,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Optional.of("conv")),
            rate("last", LayerRate.Role.NO_ALPHA, 1.0, OptionalDouble.empty())),
        List.of("last"));
  }

  /** The decision of a shadow, or with an empty name one that counts, with weight decay. */
  static Decision decision(
      String shadow, long revision, double factor, OptionalDouble weightDecayFactor) {
    return new Decision(
        RUN,
        1,
        shadow + "d" + revision,
        revision,
        50,
        1,
        weightDecayFactor.isPresent() ? PolicySpec.Hybrid.modelBalancing() : PolicySpec.DEFAULT,
        OptionalDouble.of(0.1),
        List.of(
            rate("first", factor, weightDecayFactor, Optional.empty()),
            rate("first.norm", factor + 100, weightDecayFactor, Optional.of("first")),
            rate("last", 1, OptionalDouble.empty(), Optional.empty())),
        List.of(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.of(shadow).filter(name -> !name.isEmpty()));
  }

  private static LayerRate rate(
      String layer, double factor, OptionalDouble weightDecayFactor, Optional<String> follows) {
    LayerRate.Role role = follows.isPresent() ? LayerRate.Role.FOLLOWS : LayerRate.Role.TUNED;
    return new LayerRate(
        layer,
        role,
        factor,
        OptionalDouble.of(0.1 * factor),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        follows,
        OptionalDouble.empty(),
        weightDecayFactor.stream()
            .mapToObj(decay -> new LayerRate.WeightDecay(LayerRate.Role.TUNED, decay))
            .findFirst());
  }

  static LayerOutcome outcome(long step, String layer, Outcome outcome) {
    return outcome(RUN, step, layer, outcome);
  }

  static LayerOutcome outcome(String run, long step, String layer, Outcome outcome) {
    return new LayerOutcome(new SnapshotId(run, 1, step, 0, layer), EstimatorSpec.DEFAULT, outcome);
  }

  static Outcome analysed(long computeNanos) {
    return new Outcome.Analysed(
        4.25,
        0.1,
        OptionalDouble.of(0.5),
        OptionalLong.of(2),
        5,
        2.0,
        4.0,
        2.0,
        1.3,
        0.9,
        new LogHistogram(-1, 1, Collections.nCopies(LogHistogram.BINS, 0L)),
        Collections.emptySortedMap(),
        "reference",
        "fp64",
        computeNanos);
  }

  private static LayerRate rate(
      String layer, LayerRate.Role role, double factor, OptionalDouble alpha) {
    return new LayerRate(
        layer,
        role,
        factor,
        0.1 * factor,
        alpha,
        alpha.isPresent() ? OptionalLong.of(50) : OptionalLong.empty(),
        Optional.empty());
  }
}
