package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.client.ClientConfig;
import io.isotherm.client.TrainingRun;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes layers through the pipeline with the client that trainers use. Each passage is a run of its
 * own, so that no snapshot takes another one's place.
 */
final class Passage {

  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final long PAGE = 4096;
  private static final double NANOS_PER_MILLI = 1e6;

  private final String bootstrapServers;
  private final OutcomeLog outcomes;
  private final AtomicInteger runs = new AtomicInteger();

  Passage(String bootstrapServers, OutcomeLog outcomes) {
    this.bootstrapServers = bootstrapServers;
    this.outcomes = outcomes;
  }

  /**
   * Seconds from the first copy of so many networks' layers to the last outcome.
   *
   * @param arrived is told when the last outcome is there, and the client has not ended yet
   */
  double seconds(LayerBytes network, int times, Runnable arrived) throws InterruptedException {
    List<TrainingRun> open = new ArrayList<>();
    try {
      for (int i = 0; i < times; i++) {
        open.add(start(network, network.layers()));
      }
      long begin = System.nanoTime();
      open.forEach(run -> run.snapshot(0, 0, network));
      long end = begin;
      for (TrainingRun run : open) {
        int layers = network.layers().size();
        List<OutcomeLog.Seen> seen = outcomes.await(run.description().run(), layers, PATIENCE);
        seen.forEach(Passage::analysed);
        end = Math.max(end, seen.get(layers - 1).nanos());
      }
      arrived.run();
      return (end - begin) / 1e9;
    } finally {
      open.forEach(Passage::finish);
    }
  }

  /**
   * One layer at a time through an idle pipeline.
   *
   * @param totalMillis from before its copy to its outcome
   * @param solverMillis of that, what the solver took
   */
  record Way(double totalMillis, double solverMillis) {}

  /** The first layer of each shape again and again, until there are so many or the time is up. */
  List<Way> ways(LayerBytes network, int samples, Duration time) throws InterruptedException {
    List<TrainingRun> open = new ArrayList<>();
    List<Way> ways = new ArrayList<>();
    try {
      for (LayerDescription layer : network.firstOfEachShape()) {
        open.add(start(network, List.of(layer)));
      }
      for (TrainingRun run : open) {
        // Connected before the clock starts, as in a run that goes on.
        way(network, run, 0);
      }
      long end = System.nanoTime() + time.toNanos();
      for (int step = 1; ways.size() < samples && System.nanoTime() < end; step++) {
        for (TrainingRun run : open) {
          ways.add(way(network, run, step));
        }
      }
      return ways;
    } finally {
      open.forEach(Passage::finish);
    }
  }

  private Way way(LayerBytes network, TrainingRun run, int step) throws InterruptedException {
    long begin = System.nanoTime();
    run.snapshot(step, 0, network);
    OutcomeLog.Seen seen = outcomes.await(run.description().run(), step + 1, PATIENCE).get(step);
    return new Way(
        (seen.nanos() - begin) / NANOS_PER_MILLI, analysed(seen).computeNanos() / NANOS_PER_MILLI);
  }

  private static Outcome.Analysed analysed(OutcomeLog.Seen seen) {
    if (seen.outcome() instanceof Outcome.Analysed analysed) {
      return analysed;
    }
    throw new BenchmarkException("a layer has no alpha: " + seen.outcome());
  }

  private TrainingRun start(LayerBytes network, List<LayerDescription> layers) {
    long bytes = network.totalBytes() + PAGE * layers.size();
    return TrainingRun.start(
        ClientConfig.of(bootstrapServers).withBufferBytes(bytes),
        new RunDescription(
            "pipeline-%05d".formatted(runs.getAndIncrement()),
            1,
            "a passage of the pipeline's benchmark",
            layers,
            new BaseSchedule.Constant(0.1),
            PolicySpec.DEFAULT,
            EstimatorSpec.DEFAULT,
            1,
            RunPhase.RUNNING));
  }

  private static void finish(TrainingRun run) {
    run.finish(1);
    run.close();
  }
}
