package io.isotherm.benchmarks.scheduler;

import io.isotherm.benchmarks.scheduler.DecisionLog.Seen;
import io.isotherm.local.stack.Installation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** One scheduler has all runs: first as fast as it can, then at an even pace. */
final class OneInstance {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * What came out.
   *
   * @param decisions seen at full speed
   * @param decisionsPerSecond from the first to the last of them
   * @param outcomesPerSecond as many times more as there are layers
   * @param cpuSecondsPerDecision of the scheduler's process
   * @param cores that it kept busy meanwhile
   * @param pace outcomes per second when latency was measured
   * @param peakResidentBytes of the scheduler's process over both parts
   * @param liveHeapBytes after a full garbage collection at the end
   * @param stateBytes of its folder at the end
   * @param changelogBytesPerOutcome in the broker's log, of all outcomes at full speed
   */
  record Result(
      long decisions,
      double decisionsPerSecond,
      double outcomesPerSecond,
      double cpuSecondsPerDecision,
      double cores,
      double pace,
      Latency latency,
      long peakResidentBytes,
      long liveHeapBytes,
      long stateBytes,
      double changelogBytesPerOutcome) {}

  private final Load load;
  private final Consumer<String> say;

  OneInstance(Load load, Consumer<String> say) {
    this.load = load;
    this.say = say;
  }

  Result measure(Installation installation, List<String> options)
      throws IOException, InterruptedException {
    Timeline timeline = load.timeline();
    try (Cluster cluster = Cluster.start(installation, options);
        BrokerView broker = new BrokerView(cluster.bootstrapServers());
        DecisionLog decisions = new DecisionLog(cluster.bootstrapServers(), timeline);
        Feeder feeder = new Feeder(cluster.bootstrapServers(), timeline)) {
      SchedulerInstance scheduler = cluster.startScheduler("scheduler-a");
      scheduler.awaitReady();
      feeder.describe();
      feeder.reveal(timeline.warmUp());
      say.accept("one instance, %d rows to warm up are written".formatted(timeline.warmUp()));
      decisions.await(timeline.completed(feeder.rows()), PATIENCE);

      int before = decisions.seen().size();
      long changelog = broker.changelogBytes();
      double cpu = scheduler.view().cpuSeconds();
      long begin = feeder.reveal(load.epochs() * timeline.layers());
      // Writing took a while, in which the scheduler had nothing to do but to wait.
      say.accept("one instance, %d waves at full speed are written".formatted(load.epochs()));
      decisions.await(timeline.completed(feeder.rows()), PATIENCE);
      cpu = scheduler.view().cpuSeconds() - cpu;
      changelog = broker.changelogBytes() - changelog;
      List<Seen> fast = decisions.seen().subList(before, decisions.seen().size());
      double seconds = (fast.get(fast.size() - 1).nanos() - fast.get(0).nanos()) / NANOS_PER_SECOND;
      double busySeconds = (fast.get(fast.size() - 1).nanos() - begin) / NANOS_PER_SECOND;
      double perSecond = (fast.size() - 1) / seconds;

      double pace = load.pace(perSecond * timeline.layers());
      say.accept("one instance, a wave at %.0f outcomes per second".formatted(pace));
      before = decisions.seen().size();
      feeder.pace(timeline.layers(), pace);
      decisions.await(timeline.completed(feeder.rows()), PATIENCE);
      decisions.requireOneForEach(timeline, feeder.rows());
      List<Seen> even = decisions.seen().subList(before, decisions.seen().size());
      return new Result(
          fast.size(),
          perSecond,
          perSecond * timeline.layers(),
          cpu / fast.size(),
          cpu / busySeconds,
          pace,
          Latency.of(even, feeder),
          scheduler.view().peakResidentBytes(),
          scheduler.liveHeapBytes(),
          scheduler.stateBytes(),
          (double) changelog / ((double) load.epochs() * timeline.layers() * timeline.runs()));
    }
  }
}
