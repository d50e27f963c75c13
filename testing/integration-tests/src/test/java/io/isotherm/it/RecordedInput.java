package io.isotherm.it;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Control.Command;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What trainers and spectral services told a scheduler about several runs, in acts. Within an act
 * the records come as they come, shuffled and with duplicates; the decisions follow from their
 * order alone as long as an act begins only when the one before has had all its consequences.
 *
 * <p>No two alphas are equal, not even those of duplicates: whatever is taken twice, forgotten or
 * taken in another order shows in the bytes of a decision.
 */
final class RecordedInput {

  /**
   * A part of the recording.
   *
   * @param name for messages
   * @param records in the order in which they are published
   * @param kills how often a scheduler is killed while it reads the records
   * @param awaited names of the decisions that only their deadlines bring
   */
  record Act(String name, List<WireRecord> records, int kills, List<String> awaited) {}

  private record Placed(double at, WireRecord record) {}

  static final int RUNS = 8;

  private static final long FIRST = 1_000;
  private static final long SECOND = 2_000;
  private static final List<String> LAYERS = List.of("a", "b", "c", "d", "e", "f");
  private static final List<Entry<PolicySpec>> POLICIES = Policies.CATALOGUE.entries();
  private static final PolicySpec OTHER_POLICY = PolicySpec.Sigmoid.modelBalancing();
  private static final SortedMap<String, PolicySpec> SHADOWS =
      new TreeMap<>(
          Map.of("root", PolicySpec.Sqrt.tempBalance(), "stairs", PolicySpec.Step.tempBalance()));
  private static final List<Command> CONTROLS =
      List.of(new Command.Hold(), new Command.ChangePolicy(OTHER_POLICY));

  private final Random random;
  private int alphas;

  private RecordedInput(long seed) {
    random = new Random(seed);
  }

  /** The same seed gives the same records. */
  static List<Act> of(long seed) {
    return new RecordedInput(seed).acts();
  }

  private List<Act> acts() {
    return List.of(
        start(),
        incomplete("deadlines", 1, 1, FIRST, 70, 90),
        stragglers(),
        otherPolicies(),
        nextIncarnations(),
        incomplete("deadlines of the next incarnations", 0, 2, SECOND, 30, 50),
        ends(),
        afterTheEnds());
  }

  private Act start() {
    List<Placed> placed = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      addSteps(placed, run, FIRST, 10, 60);
      // Outcomes that come before their description wait for it.
      placed.add(new Placed(10 + random.nextInt(50), described(run, FIRST, policy(run))));
    }
    return act("start", placed, 2, List.of());
  }

  /** Complete steps, and a last one that lacks a layer, of every {@code stride}-th run. */
  private Act incomplete(
      String name, int kills, int stride, long incarnation, long from, long last) {
    List<Placed> placed = new ArrayList<>();
    List<String> awaited = new ArrayList<>();
    for (int run = 0; run < RUNS; run += stride) {
      addSteps(placed, run, incarnation, from, last - 10);
      for (String layer : LAYERS) {
        if (!layer.equals(missing(run))) {
          placed.add(placed(last, analysed(run, incarnation, last, layer)));
        }
      }
      awaited.add(name(run(run), incarnation, last));
    }
    return act(name, placed, kills, awaited);
  }

  private Act stragglers() {
    List<Placed> placed = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      placed.add(placed(100, analysed(run, FIRST, 90, missing(run))));
      addSteps(placed, run, FIRST, 100, 130);
    }
    placed.add(placed(110, new WireRecord(Topic.SPECTRA, run(0), Map.of(), new byte[] {1, 2, 3})));
    return act("stragglers, and one that cannot be read", placed, 1, List.of());
  }

  private Act otherPolicies() {
    List<Placed> placed = new ArrayList<>();
    for (int run = 0; run < RUNS; run += 3) {
      placed.add(placed(0, described(run, FIRST, OTHER_POLICY)));
    }
    for (int run = 0; run < RUNS; run += 2) {
      // The next incarnation's outcomes, whose description is still on its way.
      addSteps(placed, run, SECOND, 10, 20);
    }
    for (int run = 1; run < RUNS; run += 2) {
      placed.add(placed(0, control(run, FIRST, CONTROLS.get(run / 2 % CONTROLS.size()))));
    }
    return act("other policies and holds", placed, 1, List.of());
  }

  private Act nextIncarnations() {
    List<Placed> placed = new ArrayList<>();
    for (int run = 0; run < RUNS; run += 2) {
      // About an incarnation that is over.
      placed.add(placed(140, control(run, FIRST - 1, new Command.Hold())));
    }
    for (int run = 0; run < RUNS; run += 2) {
      placed.add(placed(140, described(run, SECOND, policy(run + 1))));
    }
    for (int run = 1; run < RUNS; run += 2) {
      addSteps(placed, run, FIRST, 140, 160);
    }
    return act("next incarnations", placed, 1, List.of());
  }

  private Act ends() {
    List<Placed> placed = new ArrayList<>();
    for (int run = 0; run < RUNS; run += 2) {
      addSteps(placed, run, FIRST, 170, 180);
      placed.add(placed(170, ended(run, SECOND, policy(run + 1))));
    }
    for (int run = 1; run < RUNS; run += 4) {
      placed.add(placed(170, control(run, FIRST, new Command.Resume())));
    }
    return act("ends", placed, 0, List.of());
  }

  private Act afterTheEnds() {
    List<Placed> placed = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      addSteps(placed, run, run % 2 == 0 ? SECOND : FIRST, 190, 240);
    }
    return act("after the ends", placed, 1, List.of());
  }

  private static Act act(String name, List<Placed> placed, int kills, List<String> awaited) {
    return new Act(
        name,
        placed.stream().sorted(Comparator.comparingDouble(Placed::at)).map(Placed::record).toList(),
        kills,
        awaited);
  }

  /** Somewhere in the time of the step and the one behind it. */
  private Placed placed(long step, WireRecord record) {
    return new Placed(step + 20 * random.nextDouble(), record);
  }

  /** Every tenth step with all layers, some of them twice, and messages that change nothing. */
  private void addSteps(List<Placed> placed, int run, long incarnation, long from, long through) {
    for (long step = from; step <= through; step += 10) {
      for (String layer : LAYERS) {
        placed.add(
            placed(
                step,
                switch (random.nextInt(12)) {
                  case 0 -> outcome(run, incarnation, step, layer, new Outcome.Skipped("zero"));
                  case 1 -> outcome(run, incarnation, step, layer, new Outcome.Failed("memory"));
                  default -> analysed(run, incarnation, step, layer);
                }));
        if (random.nextInt(4) == 0) {
          placed.add(placed(step, analysed(run, incarnation, step, layer)));
        }
      }
      placed.add(placed(step, analysed(run, incarnation - 1, step, "a")));
      placed.add(placed(step, analysed(run, incarnation, step, "unknown")));
    }
  }

  private WireRecord analysed(int run, long incarnation, long step, String layer) {
    double alpha = 2 + ++alphas * 0.001;
    return outcome(
        run,
        incarnation,
        step,
        layer,
        new Outcome.Analysed(
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
            1_000));
  }

  private static WireRecord outcome(
      int run, long incarnation, long step, String layer, Outcome outcome) {
    return Messages.SPECTRA.encode(
        new LayerOutcome(
            new SnapshotId(run(run), incarnation, step, (int) (step / 100), layer),
            EstimatorSpec.DEFAULT,
            outcome));
  }

  private static WireRecord described(int run, long incarnation, PolicySpec policy) {
    return Messages.RUNS.encode(description(run, incarnation, policy));
  }

  private static WireRecord control(int run, long incarnation, Command command) {
    return Messages.CONTROLS.encode(
        new Control(run(run), incarnation, command, new Signature("somebody", 1_000)));
  }

  private static WireRecord ended(int run, long incarnation, PolicySpec policy) {
    return Messages.RUNS.encode(
        description(run, incarnation, policy).in(RunPhase.RUNNING.finish(1_000)));
  }

  private static RunDescription description(int run, long incarnation, PolicySpec policy) {
    return new RunDescription(
        run(run),
        incarnation,
        "a recorded run",
        LAYERS.stream().map(RecordedInput::layer).toList(),
        new BaseSchedule.Cosine(0.1, 1_000),
        policy,
        EstimatorSpec.DEFAULT,
        1_000,
        RunPhase.RUNNING,
        SHADOWS);
  }

  private static LayerDescription layer(String name) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty());
  }

  /** Of a decision. */
  static String name(String run, long incarnation, long step) {
    return run + "/" + incarnation + "@" + step;
  }

  private static PolicySpec policy(int run) {
    return POLICIES.get(run % POLICIES.size()).published();
  }

  private static String run(int run) {
    return "recorded-" + run;
  }

  private static String missing(int run) {
    return LAYERS.get(run % LAYERS.size());
  }
}
