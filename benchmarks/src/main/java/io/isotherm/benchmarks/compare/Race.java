package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.workload.WeightFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * This engine against its opponents, in turns: everybody warms up, then in each round every
 * opponent runs right after a lap of this engine. Who does not run waits idle. An opponent that
 * fails is out from there on.
 */
final class Race {

  /** Threads of OpenMP and BLAS spin for up to 200 ms after their last work. */
  private static final Duration SETTLE = Duration.ofMillis(250);

  /** What a double-precision SVD may take: half a minute on a core of 2020. */
  private static final double MAX_REFERENCE_FLOPS = 1e11;

  private final Isotherm engine;
  private final Opponents opponents;
  private final Pace pace;

  /** A race among contestants that stay the caller's to close. */
  Race(Isotherm engine, Opponents opponents, Pace pace) {
    this.engine = engine;
    this.opponents = opponents;
    this.pace = pace;
  }

  /** One opponent's laps on one workload, and the laps of this engine before them. */
  private record Lane(Python opponent, List<Lap> ours, List<Lap> theirs) {}

  /** Runs this engine until its code is compiled, on layers that take all of its ways. */
  void prepare(WeightFile weights) throws ContestantException {
    engine.load(weights);
    long start = System.nanoTime();
    while (since(start).compareTo(pace.compile()) < 0) {
      engine.run();
    }
  }

  /**
   * Measures one workload.
   *
   * @throws ContestantException if this engine fails
   */
  Row run(WeightFile weights) throws ContestantException, InterruptedException {
    engine.load(weights);
    List<Lane> lanes = lanes(weights);
    warmUp(engine);
    List<Lap> laps = new ArrayList<>();
    long start = System.nanoTime();
    for (int done = 0; pace.goesOn(done, since(start)); done++) {
      if (opponents.active().isEmpty()) {
        laps.add(engine.run());
      }
      for (Lane lane : lanes) {
        if (opponents.active().contains(lane.opponent())) {
          laps.add(round(lane));
        }
      }
    }
    return new Row(
        weights.workload(),
        laps,
        lanes.stream()
            .filter(lane -> !lane.theirs().isEmpty())
            .map(lane -> new Pairing(lane.opponent().name(), lane.ours(), lane.theirs()))
            .toList(),
        engine.doublePrecisionShare(),
        (int) laps.get(0).alphas().stream().filter(alpha -> alpha.isNaN()).count(),
        Statistics.largestDifference(laps.get(0).alphas(), reference()));
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private List<Lane> lanes(WeightFile weights) {
    List<Lane> lanes = new ArrayList<>();
    for (Python opponent : opponents.active()) {
      try {
        opponent.load(weights);
        warmUp(opponent);
        lanes.add(new Lane(opponent, new ArrayList<>(), new ArrayList<>()));
      } catch (ContestantException e) {
        opponents.leaveOut(opponent, e);
      }
    }
    return lanes;
  }

  private void warmUp(Contestant contestant) throws ContestantException {
    long nanos = 0;
    do {
      nanos += contestant.run().wallNanos();
    } while (nanos < pace.warmUp().toNanos());
  }

  /** Gives the lap of this engine. */
  private Lap round(Lane lane) throws ContestantException, InterruptedException {
    Thread.sleep(SETTLE.toMillis());
    Lap mine = engine.run();
    try {
      Lap other = lane.opponent().run();
      lane.ours().add(mine);
      lane.theirs().add(other);
    } catch (ContestantException e) {
      opponents.leaveOut(lane.opponent(), e);
    }
    return mine;
  }

  private List<Double> reference() {
    if (opponents.active().isEmpty()) {
      return List.of();
    }
    List<Python> able = opponents.active();
    Python judge = able.get(able.size() - 1);
    try {
      return judge.reference(MAX_REFERENCE_FLOPS);
    } catch (ContestantException e) {
      opponents.leaveOut(judge, e);
      return List.of();
    }
  }
}
