package io.isotherm.contracts.codec;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * One example of every message, with every sealed variant and every optional field in both ways.
 */
final class Examples {

  /** Reads a record as its topic's consumers do. */
  interface Decoder {
    Object decode(String key, HeaderSource headers, byte[] value) throws InvalidMessageException;
  }

  /** A message, its record, and the name of the golden file that pins it. */
  record Example(String name, Object message, WireRecord record, Decoder decoder) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final RunDescription RUNNING =
      new RunDescription(
          "resnet-demo",
          1_767_225_600_000L,
          "ResNet-14 on Fashion-MNIST",
          List.of(
              new LayerDescription(
                  "stem.conv",
                  LayerKind.CONVOLUTION,
                  List.of(16L, 1L, 3L, 3L),
                  Optional.of("stem.bn"),
                  OptionalInt.empty()),
              new LayerDescription(
                  "block0.conv1",
                  LayerKind.CONVOLUTION,
                  List.of(16L, 16L, 3L, 3L),
                  Optional.of("block0.bn1"),
                  OptionalInt.of(0)),
              new LayerDescription(
                  "head",
                  LayerKind.DENSE,
                  List.of(10L, 64L),
                  Optional.empty(),
                  OptionalInt.empty())),
          new BaseSchedule.Cosine(0.1, 564),
          PolicySpec.DEFAULT,
          EstimatorSpec.DEFAULT,
          564,
          RunPhase.RUNNING);

  static final Progress PROGRESS =
      new Progress(
          "resnet-demo",
          1_767_225_600_000L,
          94,
          2,
          564,
          OptionalDouble.of(0.4375),
          OptionalDouble.of(0.8125),
          0.09330127018922194,
          Map.of("block0.conv1", 1.5, "block0.bn1", 1.5),
          List.of(new AppliedDecision("9f86d081884c7d65", 2, 47, 61)),
          new ClientCounters(48, 46, 1, 2, 0, 1_250_000, 60_000_000_000L));

  static final SnapshotId SNAPSHOT =
      new SnapshotId("resnet-demo", 1_767_225_600_000L, 47, 1, "block0.conv1");

  static final LayerOutcome ANALYSED =
      outcome(
          new Outcome.Analysed(
              2.5,
              0.0625,
              OptionalDouble.of(0.75),
              OptionalLong.of(72),
              144,
              8.0,
              120.0,
              15.0,
              2.257724967479859,
              0.875,
              new LogHistogram(
                  -3.0,
                  0.9030899869919435,
                  LongStream.range(0, 100).map(i -> i % 3).boxed().toList()),
              Collections.emptySortedMap(),
              "lapack",
              "fp64",
              1_500_000));

  static final Decision DECISION =
      new Decision(
          "resnet-demo",
          1_767_225_600_000L,
          "9f86d081884c7d65",
          2,
          47,
          1,
          PolicySpec.DEFAULT,
          0.1,
          List.of(
              rate("stem.conv", LayerRate.Role.EXCLUDED, 1.0, OptionalDouble.of(9.0), 47, null),
              rate("stem.bn", LayerRate.Role.FOLLOWS, 1.0, OptionalDouble.empty(), 0, "stem.conv"),
              rate("block0.conv1", LayerRate.Role.TUNED, 1.5, OptionalDouble.of(2.5), 40, null),
              rate(
                  "block0.bn1",
                  LayerRate.Role.FOLLOWS,
                  1.5,
                  OptionalDouble.empty(),
                  0,
                  "block0.conv1"),
              rate("head", LayerRate.Role.NO_ALPHA, 1.0, OptionalDouble.empty(), 0, null)),
          List.of("block0.conv1", "head"));

  static final SnapshotChunk CHUNK = chunk(Optional.of(EstimatorSpec.DEFAULT));

  /** The last rows of a layer whose rows two trainers share. */
  static final SnapshotChunk SHARD_CHUNK =
      chunk(
          Optional.of(EstimatorSpec.DEFAULT),
          Optional.of(new Shard(1, 2, List.of(5L, 2L), List.of(3L, 0L))));

  static final List<Example> ALL = all();

  /** Examples whose bytes have changed without a new version: the first ones are still read. */
  static final List<Example> OLDER =
      ALL.stream()
          .filter(
              example ->
                  Set.of(
                          "run-running.v1",
                          "run-finished.v1",
                          "run-with-shadows.v1",
                          "outcome-analysed.v1",
                          "snapshot-chunk.v1")
                      .contains(example.name()))
          .toList();

  private Examples() {}

  private static Map<String, PolicySpec> policies() {
    Map<String, PolicySpec> policies = new LinkedHashMap<>();
    policies.put("sqrt.v1", new PolicySpec.Sqrt(LayerSelection.DEFAULT, Compatibility.SANE));
    policies.put("log2.v1", new PolicySpec.Log2(LayerSelection.DEFAULT, Compatibility.REFERENCE));
    policies.put(
        "step.v1",
        new PolicySpec.Step(
            0.5, 1.5, LayerSelection.DEFAULT, Compatibility.SANE, Optional.empty(), true));
    policies.put(
        "sigmoid-of-blocks.v1",
        new PolicySpec.Sigmoid(
            2,
            1,
            10,
            new LayerSelection(false, true, 50),
            Compatibility.SANE,
            Optional.of(new PolicySpec.Blocks.Whole()),
            false));
    policies.put(
        "linear-within-blocks.v1",
        new PolicySpec.Linear(
            0.5,
            1.5,
            LayerSelection.DEFAULT,
            Compatibility.SANE,
            Optional.of(new PolicySpec.Blocks.Within(0.8, 1.2)),
            true));
    policies.put(
        "hybrid-with-options.v1",
        new PolicySpec.Hybrid(
            new PolicySpec.Sqrt(
                new LayerSelection(false, false, 0, List.of("block*"), List.of("*.conv1")),
                Compatibility.SANE,
                new PolicyOptions(
                    "stableRank",
                    List.of("head"),
                    Optional.of(new PolicyOptions.Clamp(0.5, 2)),
                    0.75,
                    50,
                    Optional.of(new PolicyOptions.Window.Share(0, 0.25)),
                    Optional.of(new PolicyOptions.Interval.Steps(100)))),
            new PolicySpec.Linear(
                0.667,
                3,
                LayerSelection.DEFAULT,
                Compatibility.SANE,
                Optional.empty(),
                false,
                new PolicyOptions(
                    "alpha",
                    List.of(),
                    Optional.empty(),
                    0,
                    0,
                    Optional.of(new PolicyOptions.Window.Steps(10, 90)),
                    Optional.of(new PolicyOptions.Interval.Epochs(2))))));
    return policies;
  }

  private static Example decision(String name, PolicySpec policy) {
    return json(
        name,
        Messages.LEARNING_RATES,
        new Decision(
            DECISION.run(),
            DECISION.incarnation(),
            DECISION.id(),
            DECISION.revision(),
            DECISION.step(),
            DECISION.epoch(),
            policy,
            0.1,
            DECISION.layers(),
            DECISION.missing()));
  }

  /** The headers of a record as a consumer sees them. */
  static HeaderSource headers(WireRecord record) {
    return sink -> record.headers().forEach(sink);
  }

  private static List<Example> all() {
    List<Example> examples = new ArrayList<>();
    examples.add(json("run-running.v1", Messages.RUNS, RUNNING));
    examples.add(
        json(
            "run-finished.v1",
            Messages.RUNS,
            new RunDescription(
                "mlp",
                1,
                "",
                List.of(
                    new LayerDescription(
                        "fc",
                        LayerKind.DENSE,
                        List.of(64L, 784L),
                        Optional.empty(),
                        OptionalInt.of(3))),
                new BaseSchedule.Constant(0.05),
                new PolicySpec.Constant(),
                new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 1.5, false, 1.0),
                1000,
                RunPhase.RUNNING.finish(500))));
    examples.add(
        json(
            "run-failed.v1",
            Messages.RUNS,
            new RunDescription(
                "mlp",
                2,
                "an MLP",
                List.of(
                    new LayerDescription(
                        "fc",
                        LayerKind.DENSE,
                        List.of(64L, 784L),
                        Optional.empty(),
                        OptionalInt.empty())),
                new BaseSchedule.Constant(0.05),
                new PolicySpec.Linear(
                    0.6, 1.4, new LayerSelection(false, true, 0), Compatibility.REFERENCE),
                EstimatorSpec.DEFAULT,
                1000,
                RunPhase.RUNNING.fail("no data under /data: \"é\""))));
    examples.add(
        json(
            "run-of-many-kinds.v1",
            Messages.RUNS,
            new RunDescription(
                "gpt",
                3,
                "",
                List.of(
                    layer(
                        "wte",
                        LayerKind.EMBEDDING,
                        List.of(50_257L, 768L),
                        List.of(),
                        Optional.of(DType.BF16)),
                    layer(
                        "patches",
                        LayerKind.CONVOLUTION,
                        List.of(64L, 3L, 2L, 16L, 16L),
                        List.of(),
                        Optional.of(DType.F32)),
                    layer(
                        "h.0.experts",
                        LayerKind.STACK,
                        List.of(8L, 768L, 3072L),
                        List.of("h.0.ln_1", "h.0.ln_2"),
                        Optional.empty()),
                    layer("h.0.gate", LayerKind.OTHER, List.of(8L), List.of(), Optional.empty())),
                BaseSchedule.EXTERNAL,
                PolicySpec.DEFAULT,
                EstimatorSpec.DEFAULT,
                1000,
                RunPhase.RUNNING)));
    policies().forEach((name, policy) -> examples.add(decision("decision-" + name, policy)));
    examples.add(
        json(
            "run-with-shadows.v1",
            Messages.RUNS,
            new RunDescription(
                RUNNING.run(),
                RUNNING.incarnation(),
                RUNNING.title(),
                RUNNING.layers(),
                RUNNING.schedule(),
                RUNNING.policy(),
                RUNNING.estimator(),
                RUNNING.totalSteps(),
                RUNNING.phase(),
                new TreeMap<>(
                    Map.of(
                        "baseline", new PolicySpec.Constant(), "steeper", PolicySpec.DEFAULT)))));
    examples.add(json("progress-full.v1", Messages.PROGRESS, PROGRESS));
    examples.add(
        json(
            "progress-with-weight-decay.v1",
            Messages.PROGRESS,
            new Progress(
                PROGRESS.run(),
                PROGRESS.incarnation(),
                PROGRESS.step(),
                PROGRESS.epoch(),
                PROGRESS.totalSteps(),
                PROGRESS.loss(),
                PROGRESS.accuracy(),
                PROGRESS.baseLearningRate(),
                PROGRESS.factors(),
                PROGRESS.applied(),
                PROGRESS.counters(),
                Map.of("block0.conv1", 3.0),
                Map.of())));
    examples.add(
        json(
            "progress-with-metrics.v1",
            Messages.PROGRESS,
            new Progress(
                "mlp",
                2,
                10,
                0,
                1000,
                OptionalDouble.of(0.5),
                OptionalDouble.empty(),
                0.05,
                Map.of(),
                List.of(),
                ClientCounters.ZERO,
                Map.of(),
                Map.of("tokensPerSecond", 51200.0, "loss/aux", 0.125))));
    examples.add(
        json(
            "progress-minimal.v1",
            Messages.PROGRESS,
            new Progress(
                "mlp",
                2,
                0,
                0,
                1000,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                0.05,
                Map.of(),
                List.of(),
                ClientCounters.ZERO)));
    examples.add(json("outcome-analysed.v1", Messages.SPECTRA, ANALYSED));
    examples.add(
        json(
            "outcome-against-chance.v1",
            Messages.SPECTRA,
            outcome(
                ((Outcome.Analysed) ANALYSED.outcome())
                    .against(Chance.of(2.5, 2.0, 0.25, 0.5, Chance.Basis.SCALED)))));
    examples.add(
        json(
            "outcome-tempbalance-peak.v1",
            Messages.SPECTRA,
            new LayerOutcome(
                SNAPSHOT,
                new EstimatorSpec.TempBalance(1, XminRule.XMIN_PEAK, 2, true, 0.5),
                measured(
                    OptionalDouble.of(0.75),
                    OptionalLong.of(72),
                    Map.of(Metric.EIGENVALUES_ABOVE_FILTER.key(), 140.0)))));
    examples.add(
        json(
            "outcome-farms-mean.v1",
            Messages.SPECTRA,
            new LayerOutcome(
                SNAPSHOT,
                EstimatorSpec.Farms.defaults(),
                measured(
                    OptionalDouble.empty(),
                    OptionalLong.empty(),
                    Map.of(Metric.WINDOWS.key(), 18.0, Metric.BLOCKS.key(), 2.0)))));
    examples.add(
        json(
            "outcome-farms-windows.v1",
            Messages.SPECTRA,
            new LayerOutcome(
                SNAPSHOT,
                new EstimatorSpec.Farms(
                    1, XminRule.GOODNESS_OF_FIT, 2, false, 0.5, 100, 1, 9, OptionalInt.of(9)),
                measured(
                    OptionalDouble.of(0.75),
                    OptionalLong.of(72),
                    Map.of(Metric.WINDOWS.key(), 81.0)))));
    examples.add(
        json(
            "outcome-farms-llm.v1",
            Messages.SPECTRA,
            new LayerOutcome(
                SNAPSHOT,
                EstimatorSpec.FarmsLlm.of(XminRule.XMIN_PEAK, 2000, 1, 15),
                measured(
                    OptionalDouble.of(0.75),
                    OptionalLong.of(72),
                    Map.of(Metric.WINDOWS.key(), 225.0)))));
    examples.add(
        json(
            "outcome-model-balancing.v1",
            Messages.SPECTRA,
            new LayerOutcome(
                SNAPSHOT,
                new EstimatorSpec.ModelBalancing(
                    1,
                    EstimatorSpec.ModelBalancing.Flavour.SCIML,
                    XminRule.MEDIAN,
                    2,
                    true,
                    0.5,
                    OptionalDouble.of(2)),
                measured(
                    OptionalDouble.of(0.75),
                    OptionalLong.of(72),
                    Map.of(
                        Metric.EIGENVALUES_ABOVE_FILTER.key(),
                        144.0,
                        Metric.KEPT_STABLE_RANK.key(),
                        12.5,
                        Metric.NORM_STABLE_RANK.key(),
                        0.75,
                        Metric.EIG_RATIO.key(),
                        4.5)))));
    examples.add(
        json(
            "outcome-weightwatcher.v1",
            Messages.SPECTRA,
            new LayerOutcome(
                SNAPSHOT,
                new EstimatorSpec.WeightWatcher(1, true),
                measured(
                    OptionalDouble.of(0.75),
                    OptionalLong.of(72),
                    Map.of(
                        Metric.SIGMA.key(),
                        0.25,
                        Metric.SPIKES.key(),
                        72.0,
                        Metric.FINGERS.key(),
                        1.0,
                        Metric.RAW_ALPHA.key(),
                        4.0)))));
    examples.add(
        json(
            "outcome-hill.v1",
            Messages.SPECTRA,
            new LayerOutcome(
                SNAPSHOT,
                EstimatorSpec.Hill.largestTenth(),
                measured(OptionalDouble.of(0.75), OptionalLong.of(130), Map.of()))));
    examples.add(
        json(
            "outcome-skipped.v1",
            Messages.SPECTRA,
            outcome(new Outcome.Skipped("3 of 2304 weights are not finite"))));
    examples.add(
        json(
            "outcome-superseded.v1",
            Messages.SPECTRA,
            outcome(new Outcome.Superseded(1_767_225_600_000L, 94))));
    examples.add(
        json(
            "outcome-failed.v1",
            Messages.SPECTRA,
            outcome(new Outcome.Failed("the solver did not converge: info 7"))));
    examples.add(json("decision.v1", Messages.LEARNING_RATES, DECISION));
    examples.add(
        json(
            "decision-without-base-rate.v1",
            Messages.LEARNING_RATES,
            new Decision(
                "gpt",
                3,
                "0a1b2c3d",
                1,
                0,
                0,
                PolicySpec.DEFAULT,
                OptionalDouble.empty(),
                List.of(
                    new LayerRate(
                        "h.0.gate",
                        LayerRate.Role.NO_ALPHA,
                        1.0,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        OptionalDouble.empty(),
                        Optional.empty())),
                List.of(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));
    examples.add(
        json("shadow-decision.v1", Messages.SHADOW_DECISIONS, full(Optional.of("steeper"))));
    examples.add(json("decision-on-hold.v1", Messages.LEARNING_RATES, full(Optional.empty())));
    examples.add(json("control-hold.v1", Messages.CONTROLS, control(new Control.Command.Hold())));
    examples.add(
        json("control-resume.v1", Messages.CONTROLS, control(new Control.Command.Resume())));
    examples.add(
        json(
            "control-policy.v1",
            Messages.CONTROLS,
            control(new Control.Command.ChangePolicy(PolicySpec.DEFAULT))));
    examples.add(
        json(
            "refusal-of-layer.v1",
            Messages.REFUSALS,
            Refusal.ofLayer(
                    "resnet-demo",
                    "block0.conv1",
                    Refusal.Service.SPECTRAL,
                    "the snapshot has shape [16, 16, 5, 5], and the run describes [16, 16, 3, 3]:"
                        + " describe the layer as it is")
                .toIncarnation(1_767_225_600_000L)
                .atStep(47)
                .ofRecord("isotherm.snapshots", 3, 1042)));
    examples.add(
        json(
            "refusal-of-run.v1",
            Messages.REFUSALS,
            Refusal.ofRun(
                "resnet-demo",
                Refusal.Service.SCHEDULER,
                "run 'resnet-demo' must have 1 to 2000 layers, got: 0")));
    examples.add(
        json(
            "refusal-of-progress.v1",
            Messages.REFUSALS,
            Refusal.ofProgress(
                    "resnet-demo",
                    Refusal.Service.SCHEDULER,
                    "step of run 'resnet-demo' must be 0 or more, got: -1")
                .ofRecord("isotherm.progress", 2, 17)));
    examples.add(snapshot("snapshot-chunk.v1", CHUNK));
    examples.add(snapshot("snapshot-chunk-without-estimator.v1", chunk(Optional.empty())));
    examples.add(snapshot("snapshot-chunk-of-a-shard.v1", SHARD_CHUNK));
    return List.copyOf(examples);
  }

  private static LayerDescription layer(
      String name,
      LayerKind kind,
      List<Long> shape,
      List<String> normLayers,
      Optional<DType> dtype) {
    return new LayerDescription(name, kind, shape, normLayers, OptionalInt.empty(), dtype);
  }

  private static Control control(Control.Command command) {
    return new Control(
        "resnet-demo", 1_767_225_600_000L, command, new Signature("ada", 1_767_225_700_000L));
  }

  /** A decision with all that it can say. */
  private static Decision full(Optional<String> shadow) {
    return new Decision(
        DECISION.run(),
        DECISION.incarnation(),
        DECISION.id(),
        DECISION.revision(),
        DECISION.step(),
        DECISION.epoch(),
        policies().get("hybrid-with-options.v1"),
        DECISION.baseLearningRate(),
        List.of(
            new LayerRate(
                "block0.conv1",
                LayerRate.Role.HELD,
                1.5,
                OptionalDouble.of(1.5 * 0.1),
                OptionalDouble.of(2.5),
                OptionalLong.of(40),
                Optional.empty(),
                OptionalDouble.of(2.25),
                Optional.of(new LayerRate.WeightDecay(LayerRate.Role.TUNED, 0.75)))),
        List.of(),
        50,
        20,
        Optional.of(new Signature("ada", 1_767_225_700_000L)),
        Optional.of(new Signature("10.0.0.7", 1_767_225_800_000L)),
        shadow);
  }

  private static <T> Example json(String name, JsonCodec<T> codec, T message) {
    return new Example(name, message, codec.encode(message), codec::decode);
  }

  private static Example snapshot(String name, SnapshotChunk chunk) {
    return new Example(name, chunk, SnapshotCodec.encode(chunk), SnapshotCodec::decode);
  }

  private static Outcome measured(
      OptionalDouble xmin, OptionalLong xminIndex, Map<String, Double> metrics) {
    Outcome.Analysed plain = (Outcome.Analysed) ANALYSED.outcome();
    return new Outcome.Analysed(
        plain.alpha(),
        plain.ksDistance(),
        xmin,
        xminIndex,
        plain.eigenvalueCount(),
        plain.spectralNorm(),
        plain.frobeniusNorm(),
        plain.stableRank(),
        plain.alphaHat(),
        plain.entropy(),
        plain.histogram(),
        new TreeMap<>(metrics),
        plain.solver(),
        plain.precision(),
        plain.computeNanos());
  }

  private static LayerOutcome outcome(Outcome outcome) {
    return new LayerOutcome(SNAPSHOT, EstimatorSpec.DEFAULT, outcome);
  }

  private static LayerRate rate(
      String layer,
      LayerRate.Role role,
      double factor,
      OptionalDouble alpha,
      long alphaStep,
      String follows) {
    return new LayerRate(
        layer,
        role,
        factor,
        factor * 0.1,
        alpha,
        alpha.isPresent() ? OptionalLong.of(alphaStep) : OptionalLong.empty(),
        Optional.ofNullable(follows));
  }

  private static SnapshotChunk chunk(Optional<EstimatorSpec> estimator) {
    return chunk(estimator, Optional.empty());
  }

  private static SnapshotChunk chunk(Optional<EstimatorSpec> estimator, Optional<Shard> shard) {
    ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1f).putFloat(-0.5f).putFloat(0.25f).putFloat(3f).flip();
    ByteBuffer document =
        SafeTensors.write(
            new SafeTensor("block0.conv1", DType.F32, List.of(2L, 2L), Map.of(), data));
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(SNAPSHOT, estimator, shard, List.of(document), chunks::add);
    return chunks.get(0);
  }

  /** The bytes of a text. */
  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
