package io.isotherm.benchmarks.scheduler;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
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
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;

/**
 * The messages of many runs of one network: convolutions of 256 by 256 channels, each with a norm
 * layer. An outcome has all that the spectral service writes with the default estimator, and a few
 * metrics more.
 */
final class Fleet {

  private static final long INCARNATION = 1_767_225_600_000L;
  private static final int STEPS_PER_EPOCH = 390;
  private static final long TOTAL_STEPS = 200L * STEPS_PER_EPOCH;
  private static final int EIGENVALUES = 2_304;
  private static final double TAIL = 0.5;

  private final Timeline timeline;
  private final List<LayerDescription> layers = new ArrayList<>();
  private final List<LogHistogram> histograms = new ArrayList<>();
  private final Random random = new Random(1);

  Fleet(Timeline timeline) {
    this.timeline = timeline;
    for (int layer = 0; layer < timeline.layers(); layer++) {
      String block = "layer%d.%d.".formatted(layer / 4, layer % 4);
      layers.add(
          new LayerDescription(
              block + "conv",
              LayerKind.CONVOLUTION,
              List.of(256L, 256L, 3L, 3L),
              Optional.of(block + "bn"),
              OptionalInt.of(layer / 4)));
      histograms.add(histogram());
    }
  }

  static String name(int run) {
    return "benchmark-%05d".formatted(run);
  }

  /** The step of a run's decision number {@code step}, counted from 0. */
  static long trainedSteps(int step) {
    return (step + 1L) * STEPS_PER_EPOCH;
  }

  WireRecord description(int run) {
    return Messages.RUNS.encode(
        new RunDescription(
            name(run),
            INCARNATION,
            "a run of the scheduler's benchmark",
            layers,
            new BaseSchedule.Cosine(0.1, TOTAL_STEPS),
            PolicySpec.DEFAULT,
            EstimatorSpec.DEFAULT,
            TOTAL_STEPS,
            RunPhase.RUNNING));
  }

  WireRecord outcome(int run, int position) {
    int layer = timeline.layer(position);
    int step = timeline.step(position);
    SnapshotId snapshot =
        new SnapshotId(
            name(run), INCARNATION, trainedSteps(step), step + 1, layers.get(layer).name());
    return Messages.SPECTRA.encode(
        new LayerOutcome(snapshot, EstimatorSpec.DEFAULT, analysed(layer)));
  }

  private Outcome analysed(int layer) {
    double alpha = 2 + 4 * random.nextDouble();
    double largest = 5 + 20 * random.nextDouble();
    double sum = largest * (20 + 30 * random.nextDouble());
    TreeMap<String, Double> metrics = new TreeMap<>();
    metrics.put(Metric.EIGENVALUES_ABOVE_FILTER.key(), (double) EIGENVALUES);
    metrics.put(Metric.KEPT_STABLE_RANK.key(), sum / largest);
    metrics.put(Metric.NORM_STABLE_RANK.key(), sum / EIGENVALUES);
    metrics.put(Metric.EIG_RATIO.key(), 40 * random.nextDouble());
    return new Outcome.Analysed(
        alpha,
        0.01 + 0.05 * random.nextDouble(),
        OptionalDouble.of(TAIL * largest * random.nextDouble()),
        OptionalLong.of(EIGENVALUES / 2),
        EIGENVALUES,
        largest,
        sum,
        sum / largest,
        alpha * Math.log10(largest),
        0.8 + 0.1 * random.nextDouble(),
        histograms.get(layer),
        metrics,
        "lapack",
        "fp32",
        20_000_000L + random.nextInt(1_000_000));
  }

  /** Counts of a bell, which is what an ESD over its logarithm looks like from afar. */
  private LogHistogram histogram() {
    List<Long> counts = new ArrayList<>();
    for (int bin = 0; bin < LogHistogram.BINS; bin++) {
      double x = (bin - 60) / 15.0;
      counts.add(Math.round(60 * Math.exp(-x * x / 2) * (0.8 + 0.4 * random.nextDouble())));
    }
    return new LogHistogram(-4 + random.nextDouble(), 1 + random.nextDouble(), counts);
  }
}
