package io.isotherm.client.dl4j;

import io.isotherm.client.TrainingRun;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.RunDescription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;

/**
 * Connects a graph to its run while it trains: brings the newest rates into force before each
 * update, and publishes snapshots and progress. The graph's schedules come from {@link
 * WeightLayers#schedule}.
 *
 * <p>All of it happens on the training thread. DL4J announces the end of an epoch only when it is
 * handed an iterator; a loop that fits single batches calls {@link #onEpochEnd} itself, before it
 * increments the graph's epoch count.
 */
public final class Balancing extends BaseTrainingListener implements AutoCloseable {

  /** Least time between two progress messages within an epoch. */
  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(250);

  private final ComputationGraph graph;
  private final TrainingRun run;
  private final RunDescription description;
  private final BaseSchedule.Formula schedule;
  private final SnapshotInterval interval;
  private final LiveRates live;
  private final GraphWeights weights;
  private long lastProgress = System.nanoTime();
  private long lastSnapshot = -1;

  private Balancing(ComputationGraph graph, TrainingRun run, SnapshotInterval interval) {
    this.graph = graph;
    this.run = run;
    this.description = run.description();
    this.schedule = formula(description);
    this.interval = interval;
    this.live = LiveRates.of(description.run());
    this.weights = new GraphWeights(graph, description.layers());
  }

  /**
   * Starts to listen to {@code graph} and publishes the weights that it has now: the rates of the
   * first epoch come from them. Training does not wait for the answer.
   *
   * @param graph initialised; one that was restored goes on at its own step
   * @param run stays the caller's to finish and close
   * @throws IllegalArgumentException if the graph lacks a layer of the run's description, or if
   *     that has no base schedule that is a formula
   */
  public static Balancing attach(
      ComputationGraph graph, TrainingRun run, SnapshotInterval interval) {
    Balancing balancing = new Balancing(graph, run, interval);
    balancing.live.latch(run.rates());
    balancing.snapshot();
    graph.addListeners(balancing);
    return balancing;
  }

  /** Between the gradients of a step and its update: the last moment at which rates can change. */
  @Override
  public void onGradientCalculation(Model model) {
    live.latch(run.beginStep(graph.getIterationCount()));
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    // DL4J counts the iteration only after its listeners have heard of it.
    long steps = iteration + 1L;
    if (interval.dueAfterStep(steps)) {
      snapshot(steps, epoch);
    }
    long now = System.nanoTime();
    if (now - lastProgress >= PROGRESS_INTERVAL.toNanos()) {
      lastProgress = now;
      progress(steps, epoch, OptionalDouble.empty());
    }
  }

  @Override
  public void onEpochEnd(Model model) {
    int completed = graph.getEpochCount() + 1;
    if (interval.dueAfterEpoch(completed)) {
      snapshot(graph.getIterationCount(), completed);
    }
    progress(graph.getIterationCount(), completed, OptionalDouble.empty());
  }

  /**
   * Publishes an accuracy measured on held-out data with the weights as they are.
   *
   * @param accuracy 0 to 1
   */
  public void measured(double accuracy) {
    progress(graph.getIterationCount(), graph.getEpochCount(), OptionalDouble.of(accuracy));
  }

  /** Publishes the weights as they are, if that has not been done at this step. */
  public void snapshot() {
    snapshot(graph.getIterationCount(), graph.getEpochCount());
  }

  private void snapshot(long steps, int epochs) {
    if (steps != lastSnapshot) {
      lastSnapshot = steps;
      run.snapshot(steps, epochs, weights);
    }
  }

  private void progress(long steps, int epochs, OptionalDouble accuracy) {
    double score = graph.score();
    run.progress(
        steps,
        epochs,
        Double.isFinite(score) && steps > 0 ? OptionalDouble.of(score) : OptionalDouble.empty(),
        accuracy,
        schedule.learningRateAt(Math.max(0, steps - 1)));
  }

  /** What {@link LayerSchedule} computes with. */
  private static BaseSchedule.Formula formula(RunDescription description) {
    if (description.schedule() instanceof BaseSchedule.Formula formula) {
      return formula;
    }
    throw new IllegalArgumentException(
        "run '%s' must have a base schedule that is a formula, constant or cosine, got: %s"
            .formatted(description.run(), description.schedule()));
  }

  /** Stops listening. The graph keeps the factors in force. */
  @Override
  public void close() {
    List<TrainingListener> others = new ArrayList<>(graph.getListeners());
    others.remove(this);
    graph.setListeners(others);
    LiveRates.forget(description.run());
  }
}
