package io.isotherm.monitor;

import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Messages of a small network, for the tests of all packages. */
public final class Samples {

  public static final String STEM = "stem";
  public static final String BLOCK = "block1.conv1";
  public static final String HEAD = "head";

  private static final LayerDescription BLOCK_LAYER =
      new LayerDescription(
          BLOCK,
          LayerKind.CONVOLUTION,
          List.of(32L, 16L, 3L, 3L),
          Optional.of("block1.bn1"),
          OptionalInt.of(0));

  private Samples() {}

  public static RunDescription description(String run, long incarnation) {
    return new RunDescription(
        run,
        incarnation,
        "ResNet-14 on Fashion-MNIST",
        List.of(
            new LayerDescription(
                STEM,
                LayerKind.CONVOLUTION,
                List.of(16L, 1L, 3L, 3L),
                Optional.empty(),
                OptionalInt.empty()),
            BLOCK_LAYER,
            new LayerDescription(
                HEAD, LayerKind.DENSE, List.of(10L, 64L), Optional.empty(), OptionalInt.empty())),
        new BaseSchedule.Cosine(0.1, 1000),
        PolicySpec.DEFAULT,
        EstimatorSpec.DEFAULT,
        1000,
        RunPhase.RUNNING);
  }

  /** Layers of a language model, one of a kind that nobody knows, with a schedule of its own. */
  public static RunDescription manyKinds(String run, long incarnation) {
    return described(
        run,
        incarnation,
        List.of(
            layer("embedding", LayerKind.EMBEDDING, List.of(1000L, 64L), List.of()),
            layer("experts", LayerKind.STACK, List.of(8L, 64L, 32L), List.of("norm1", "norm2")),
            layer("strange", LayerKind.OTHER, List.of(3L), List.of())));
  }

  /** A run of very many layers. */
  public static RunDescription wide(String run, int layers) {
    return described(
        run,
        1,
        IntStream.range(0, layers)
            .mapToObj(i -> layer("layer" + i, LayerKind.DENSE, List.of(64L, 64L), List.of()))
            .toList());
  }

  private static RunDescription described(
      String run, long incarnation, List<LayerDescription> layers) {
    return new RunDescription(
        run,
        incarnation,
        "",
        layers,
        BaseSchedule.EXTERNAL,
        PolicySpec.DEFAULT,
        EstimatorSpec.DEFAULT,
        1000,
        RunPhase.RUNNING);
  }

  private static LayerDescription layer(
      String name, LayerKind kind, List<Long> shape, List<String> normLayers) {
    return new LayerDescription(
        name, kind, shape, normLayers, OptionalInt.empty(), Optional.empty());
  }

  /** Progress of a trainer that measures its own speed. */
  public static Progress measuring(String run, long step, double tokensPerSecond) {
    Progress plain = progress(run, 1, step);
    return new Progress(
        run,
        1,
        step,
        0,
        1000,
        plain.loss(),
        plain.accuracy(),
        plain.baseLearningRate(),
        Map.of(),
        List.of(),
        plain.counters(),
        Map.of(),
        Map.of("tokensPerSecond", tokensPerSecond));
  }

  /** The same network with shadow policies of these names. */
  public static RunDescription shadowed(String run, long incarnation, String... shadows) {
    RunDescription plain = description(run, incarnation);
    return new RunDescription(
        run,
        incarnation,
        plain.title(),
        plain.layers(),
        plain.schedule(),
        plain.policy(),
        plain.estimator(),
        plain.totalSteps(),
        plain.phase(),
        new TreeMap<>(
            Arrays.stream(shadows)
                .collect(Collectors.toMap(shadow -> shadow, shadow -> PolicySpec.DEFAULT))));
  }

  public static Progress progress(String run, long incarnation, long step) {
    return progress(run, incarnation, step, OptionalDouble.empty(), List.of());
  }

  public static Progress progress(
      String run,
      long incarnation,
      long step,
      OptionalDouble accuracy,
      List<AppliedDecision> applied) {
    return new Progress(
        run,
        incarnation,
        step,
        (int) (step / 100),
        1000,
        OptionalDouble.of(2.0 / (1 + step)),
        accuracy,
        0.1,
        Map.of(BLOCK, 1.25),
        applied,
        new ClientCounters(30, 27, 3, applied.size(), 0, 4_000_000, 2_000_000_000));
  }

  public static LayerOutcome analysed(
      String run, long incarnation, long step, String layer, double alpha) {
    return outcome(run, incarnation, step, layer, fit(alpha));
  }

  public static LayerOutcome outcome(
      String run, long incarnation, long step, String layer, Outcome outcome) {
    return new LayerOutcome(
        new SnapshotId(run, incarnation, step, (int) (step / 100), layer),
        EstimatorSpec.DEFAULT,
        outcome);
  }

  /** Held against random matrices whose alpha is 2.1, give or take 0.1. */
  public static LayerOutcome againstChance(String run, long step, String layer, double alpha) {
    return outcome(
        run,
        1,
        step,
        layer,
        fit(alpha).against(Chance.of(alpha, 2.1, 0.1, 0.5, Chance.Basis.DRAWN)));
  }

  public static Outcome.Analysed fit(double alpha) {
    List<Long> counts = new ArrayList<>();
    for (int bin = 0; bin < LogHistogram.BINS; bin++) {
      counts.add(Math.round(20 * Math.exp(-Math.pow((bin - 60) / 18.0, 2))));
    }
    return new Outcome.Analysed(
        alpha,
        0.083,
        OptionalDouble.of(0.42),
        OptionalLong.of(72),
        144,
        9.5,
        61.0,
        61.0 / 9.5,
        alpha * Math.log10(9.5),
        0.91,
        new LogHistogram(-3, 1, counts),
        Collections.emptySortedMap(),
        "lapack",
        "fp64",
        1_800_000);
  }

  public static Decision decision(String run, long incarnation, long revision, long step) {
    return new Decision(
        run,
        incarnation,
        "decision-" + incarnation + "-" + revision,
        revision,
        step,
        (int) (step / 100),
        PolicySpec.DEFAULT,
        0.1,
        List.of(
            rate(STEM, LayerRate.Role.EXCLUDED, 1.0, OptionalDouble.of(8.9), step),
            rate(BLOCK, LayerRate.Role.TUNED, 1.25, OptionalDouble.of(2.6), step),
            new LayerRate(
                "block1.bn1",
                LayerRate.Role.FOLLOWS,
                1.25,
                0.125,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Optional.of(BLOCK)),
            rate(HEAD, LayerRate.Role.NO_ALPHA, 1.0, OptionalDouble.empty(), step)),
        List.of(HEAD));
  }

  /** What a shadow policy decides: one factor for all layers, 3 times it on weight decay. */
  public static Decision shadowDecision(
      String run, long incarnation, long revision, String shadow, double factor) {
    return decision(
        run, incarnation, revision, LayerRate.Role.TUNED, factor, Optional.empty(), shadow);
  }

  /** What the scheduler decides while somebody's policy is in force and somebody holds the run. */
  public static Decision heldDecision(
      String run, long incarnation, long revision, double factor, Signature by) {
    return decision(run, incarnation, revision, LayerRate.Role.HELD, factor, Optional.of(by), null);
  }

  private static Decision decision(
      String run,
      long incarnation,
      long revision,
      LayerRate.Role role,
      double factor,
      Optional<Signature> by,
      String shadow) {
    return new Decision(
        run,
        incarnation,
        "decision-%d-%d-%s".formatted(incarnation, revision, shadow),
        revision,
        100 * revision,
        (int) revision,
        PolicySpec.Hybrid.modelBalancing(),
        OptionalDouble.of(0.1),
        Stream.of(STEM, BLOCK, HEAD)
            .map(
                layer ->
                    new LayerRate(
                        layer,
                        role,
                        factor,
                        OptionalDouble.of(0.1 * factor),
                        OptionalDouble.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        OptionalDouble.empty(),
                        Optional.of(new LayerRate.WeightDecay(role, 3 * factor))))
            .toList(),
        List.of(),
        0,
        0,
        by,
        by,
        Optional.ofNullable(shadow));
  }

  private static LayerRate rate(
      String layer, LayerRate.Role role, double factor, OptionalDouble alpha, long step) {
    return new LayerRate(
        layer,
        role,
        factor,
        0.1 * factor,
        alpha,
        alpha.isPresent() ? OptionalLong.of(step) : OptionalLong.empty(),
        Optional.empty());
  }
}
