package io.isotherm.scheduler;

import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.scheduler.rules.Controls;
import io.isotherm.scheduler.rules.Liveness;
import io.isotherm.scheduler.rules.PolicyTracks;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Steps;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.isotherm.spectra.policy.PolicyMemory;
import io.isotherm.spectra.policy.PolicyTrack;
import io.isotherm.spectra.policy.TimedPolicy;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Messages about a small network: two convolutions, the first with a norm layer, and a head. */
final class Samples {

  static final long INCARNATION = 1_000;
  static final long EPOCH_STEPS = 100;

  /** Every layer is tuned, from 0.5 at the smallest alpha to 1.5 at the largest. */
  static final PolicySpec POLICY =
      new PolicySpec.Linear(0.5, 1.5, new LayerSelection(false, false, 0), Compatibility.SANE);

  static final List<LayerDescription> LAYERS =
      List.of(
          layer("conv1", LayerKind.CONVOLUTION, List.of(64L, 3L, 3L, 3L), Optional.of("bn1")),
          layer("conv2", LayerKind.CONVOLUTION, List.of(64L, 64L, 3L, 3L), Optional.empty()),
          layer("fc", LayerKind.DENSE, List.of(100L, 64L), Optional.empty()));

  private Samples() {}

  /** Of a run that nothing is known of but how far its steps have come. */
  static RunState state(RunDescription run, Steps steps) {
    return new RunState(
        Optional.of(run),
        steps,
        Collections.emptySortedMap(),
        List.of(),
        Controls.NONE,
        PolicyTracks.NONE,
        Liveness.NONE,
        Collections.emptySortedMap());
  }

  /** What no policy of ours says: one factor that may be anything. */
  static PolicyAnswer answer(String layer, double factor) {
    return new PolicyAnswer(
        new TimedPolicy.Answer(
            List.of(new LayerFactor(layer, LayerRate.Role.TUNED, factor, Optional.empty())),
            new TreeMap<>(),
            PolicyMemory.EMPTY),
        Optional.empty(),
        PolicyTrack.EMPTY);
  }

  static RunDescription run(String name) {
    return run(name, INCARNATION);
  }

  static RunDescription run(String name, long incarnation) {
    return run(name, incarnation, POLICY, Map.of());
  }

  static RunDescription run(
      String name, long incarnation, PolicySpec policy, Map<String, PolicySpec> shadows) {
    return new RunDescription(
        name,
        incarnation,
        "a small network",
        LAYERS,
        new BaseSchedule.Cosine(0.1, 1_000),
        policy,
        EstimatorSpec.DEFAULT,
        1_000,
        RunPhase.RUNNING,
        new TreeMap<>(shadows));
  }

  static Progress progress(String run, long incarnation) {
    return new Progress(
        run,
        incarnation,
        1,
        0,
        1_000,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        0.1,
        Map.of(),
        List.of(),
        ClientCounters.ZERO);
  }

  static LayerOutcome analysed(String run, long step, String layer, double alpha) {
    return outcome(run, INCARNATION, step, layer, alpha(alpha));
  }

  static LayerOutcome outcome(
      String run, long incarnation, long step, String layer, Outcome outcome) {
    return new LayerOutcome(
        new SnapshotId(run, incarnation, step, (int) (step / EPOCH_STEPS), layer),
        EstimatorSpec.DEFAULT,
        outcome);
  }

  static Outcome.Analysed alpha(double alpha) {
    return new Outcome.Analysed(
        alpha,
        0.05,
        OptionalDouble.of(1.0),
        OptionalLong.of(50),
        100,
        10.0,
        100.0,
        10.0,
        alpha,
        0.9,
        new LogHistogram(-1, 1, Collections.nCopies(LogHistogram.BINS, 1L)),
        Collections.emptySortedMap(),
        "reference",
        "fp64",
        1_000);
  }

  /** An outcome in which alpha and the stable rank put the layers in different orders. */
  static LayerOutcome ranked(String run, long step, String layer, double alpha, double stableRank) {
    Outcome.Analysed plain = alpha(alpha);
    return outcome(
        run,
        INCARNATION,
        step,
        layer,
        new Outcome.Analysed(
            plain.alpha(),
            plain.ksDistance(),
            plain.xmin(),
            plain.xminIndex(),
            plain.eigenvalueCount(),
            plain.spectralNorm(),
            plain.frobeniusNorm(),
            stableRank,
            plain.alphaHat(),
            plain.entropy(),
            plain.histogram(),
            plain.metrics(),
            plain.solver(),
            plain.precision(),
            plain.computeNanos()));
  }

  /** {@link #POLICY} with options. */
  static PolicySpec.Single linear(PolicyOptions options) {
    return new PolicySpec.Linear(
        0.5,
        1.5,
        new LayerSelection(false, false, 0),
        Compatibility.SANE,
        Optional.empty(),
        false,
        options);
  }

  private static LayerDescription layer(
      String name, LayerKind kind, List<Long> shape, Optional<String> normLayer) {
    return new LayerDescription(name, kind, shape, normLayer, OptionalInt.empty());
  }
}
