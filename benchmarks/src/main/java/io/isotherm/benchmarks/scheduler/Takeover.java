package io.isotherm.benchmarks.scheduler;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.benchmarks.scheduler.DecisionLog.Seen;
import io.isotherm.contracts.Topic;
import io.isotherm.local.stack.Installation;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Two schedulers share the runs; one is killed while outcomes go on, and the other takes over. */
final class Takeover {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final double CAUGHT_UP_MILLIS = 1_000;
  private static final double NANOS_PER_SECOND = 1e9;

  /** The share of a wave that is written between two looks at what has been decided. */
  private static final int ROWS_AT_ONCE = 10;

  /**
   * What came out. Times are from the kill, and only decisions count whose last outcome was written
   * after it.
   *
   * @param partitions of each instance before the kill
   * @param killed the instance that was killed
   * @param runs that it owned
   * @param pace outcomes per second, of all runs together
   * @param before latency of all decisions before the kill
   * @param firstSeconds until one of its runs had a decision again
   * @param allSeconds until all of them had; a run whose turn comes late in the wave comes late
   *     here
   * @param caughtUpSeconds until the last decision that was more than a second behind its step
   * @param decisions over all, each step's only one, with revisions without a gap
   */
  record Result(
      SortedMap<String, SortedSet<Integer>> partitions,
      String killed,
      int runs,
      double pace,
      Latency before,
      double firstSeconds,
      double allSeconds,
      double caughtUpSeconds,
      long decisions) {}

  private final Load load;
  private final Consumer<String> say;

  Takeover(Load load, Consumer<String> say) {
    this.load = load;
    this.say = say;
  }

  Result measure(Installation installation, List<String> options, double pace)
      throws IOException, InterruptedException {
    Timeline timeline = load.timeline();
    try (Cluster cluster = Cluster.start(installation, options);
        BrokerView broker = new BrokerView(cluster.bootstrapServers());
        DecisionLog decisions = new DecisionLog(cluster.bootstrapServers(), timeline);
        Feeder feeder = new Feeder(cluster.bootstrapServers(), timeline)) {
      SchedulerInstance doomed = cluster.startScheduler("scheduler-a");
      SchedulerInstance heir = cluster.startScheduler("scheduler-b");
      doomed.awaitReady();
      heir.awaitReady();
      awaitShared(broker);
      feeder.describe();
      feeder.reveal(timeline.warmUp());
      say.accept("two instances, %d rows to warm up are written".formatted(timeline.warmUp()));
      decisions.await(timeline.completed(feeder.rows()), PATIENCE);
      SortedMap<String, SortedSet<Integer>> shared = broker.partitions();

      say.accept("two instances, half a wave at %.0f outcomes per second".formatted(pace));
      int warm = decisions.seen().size();
      feeder.pace(Math.max(1, timeline.layers() / 2), pace);
      List<Seen> before = decisions.seen();
      before = before.subList(warm, before.size());
      Latency quiet = Latency.of(before, feeder);
      Set<Integer> orphans = runs(decisions.seen(), shared.get(doomed.name()));
      long killed = System.nanoTime();
      doomed.kill();
      say.accept(
          "two instances, %s is killed and had %d runs".formatted(doomed.name(), orphans.size()));
      Map<Integer, Seen> again = feedUntilAllAreBack(feeder, decisions, orphans, killed, pace);
      decisions.await(timeline.completed(feeder.rows()), PATIENCE);
      decisions.requireOneForEach(timeline, feeder.rows());

      return new Result(
          shared,
          doomed.name(),
          orphans.size(),
          pace,
          quiet,
          seconds(killed, again.values().stream().mapToLong(Seen::nanos).min().orElseThrow()),
          seconds(killed, again.values().stream().mapToLong(Seen::nanos).max().orElseThrow()),
          caughtUp(decisions.seen(), orphans, killed, feeder),
          decisions.seen().size());
    }
  }

  private static void awaitShared(BrokerView broker) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var shared = broker.partitions();
      int all = shared.values().stream().mapToInt(Set::size).sum();
      if (shared.size() == 2
          && all == Topic.SPECTRA.partitions()
          && shared.values().stream().noneMatch(Set::isEmpty)) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new BenchmarkException("the two schedulers do not share the partitions: " + shared);
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  /** Decisions go to the partition that the outcomes came from, since both have the run as key. */
  private static Set<Integer> runs(List<Seen> decisions, Set<Integer> partitions) {
    Set<Integer> runs = new HashSet<>();
    decisions.stream()
        .filter(each -> partitions.contains(each.partition()))
        .forEach(each -> runs.add(each.step().run()));
    return runs;
  }

  /** Goes on writing until each of the runs has had a decision for a step that ended later. */
  private Map<Integer, Seen> feedUntilAllAreBack(
      Feeder feeder, DecisionLog decisions, Set<Integer> orphans, long killed, double pace) {
    long deadline = killed + 2 * PATIENCE.toNanos() + (long) (NANOS_PER_SECOND * waveSeconds(pace));
    Map<Integer, Seen> again = new HashMap<>();
    while (again.size() < orphans.size()) {
      if (System.nanoTime() > deadline) {
        throw new BenchmarkException(
            "%d of %d runs have no decision since their scheduler was killed"
                .formatted(orphans.size() - again.size(), orphans.size()));
      }
      feeder.pace(ROWS_AT_ONCE, pace);
      decisions.seen().stream()
          .filter(each -> orphans.contains(each.step().run()))
          .filter(each -> feeder.lastOutcomeNanos(each.step()) > killed)
          .forEach(each -> again.putIfAbsent(each.step().run(), each));
    }
    return again;
  }

  private double waveSeconds(double pace) {
    return load.timeline().runs() * load.timeline().layers() / pace;
  }

  private static double caughtUp(
      List<Seen> decisions, Set<Integer> orphans, long killed, Feeder feeder) {
    return decisions.stream()
        .filter(each -> orphans.contains(each.step().run()))
        .filter(each -> feeder.lastOutcomeNanos(each.step()) > killed)
        .filter(each -> Latency.millis(each, feeder) > CAUGHT_UP_MILLIS)
        .max(Comparator.comparingLong(Seen::nanos))
        .map(each -> seconds(killed, each.nanos()))
        .orElse(0.0);
  }

  private static double seconds(long from, long to) {
    return (to - from) / NANOS_PER_SECOND;
  }
}
