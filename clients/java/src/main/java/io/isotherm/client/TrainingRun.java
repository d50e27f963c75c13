package io.isotherm.client;

import io.isotherm.checks.OneLine;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One incarnation of a training run. Nothing here waits for Kafka or throws because of it: without
 * a broker, training goes on with the last factors, or with 1.
 *
 * <p>All methods are for the training thread, except {@link #rates()}, {@link #counters()} and
 * {@link #refusals()}, which any thread may call. Steps count from 0: {@code beginStep(s)} comes
 * before the step that is trained when {@code s} steps have been, and a snapshot of the weights
 * that {@code beginStep(s)} would start from has step {@code s}.
 */
public final class TrainingRun implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final ClientConfig config;
  private final RunDescription description;
  private final StallClock clock = new StallClock(System::nanoTime);
  private final SnapshotCounts counts = new SnapshotCounts();
  private final Mailbox<RunDescription> descriptions = new Mailbox<>((older, newer) -> newer);
  private final Mailbox<Progress> progress = new Mailbox<>(ProgressReports::merge);
  private final SnapshotTaker taker;
  private final Publisher publisher;
  private final RateReceiver receiver;
  private List<AppliedDecision> applied = new ArrayList<>();
  private boolean running = true;
  private boolean closed;
  private boolean badProgressLogged;
  private long latchedRevision;
  private long begunStep = -1;
  private volatile Rates latched;
  private volatile long decisionsApplied;
  private volatile long newestStep;

  private TrainingRun(ClientConfig config, RunDescription description, Rates first) {
    this.config = config;
    this.description = description.in(RunPhase.RUNNING);
    this.latched = first;
    RunKafka kafka = new RunKafka(config.kafka(), description.run());
    SnapshotPool pool = new SnapshotPool(config.bufferBytes());
    SnapshotQueue queue =
        new SnapshotQueue(Math.max(config.queueCapacity(), description.layers().size()));
    this.taker = new SnapshotTaker(description, pool, queue, counts);
    this.publisher = new Publisher(description, descriptions, progress, queue, pool, counts, kafka);
    this.receiver =
        new RateReceiver(
            description.run(),
            description.incarnation(),
            new DecisionGate(description, config.believed(), first, () -> newestStep),
            kafka);
  }

  /**
   * Starts a new run and its two background threads; returns at once.
   *
   * @param description with an incarnation from {@link Incarnations#next}
   */
  public static TrainingRun start(ClientConfig config, RunDescription description) {
    return begin(new TrainingRun(config, description, Rates.NONE));
  }

  /**
   * Starts a run that goes on from a checkpoint, with the factors that were in force there and with
   * what was left of a ramp. Factors outside the configured bounds are not believed: the run then
   * starts with 1.
   *
   * @param description with a larger incarnation than the checkpoint's
   * @throws IllegalArgumentException if the checkpoint is another run's, or the incarnation is not
   *     larger
   */
  public static TrainingRun resume(
      ClientConfig config, RunDescription description, RunCheckpoint checkpoint) {
    if (!checkpoint.run().equals(description.run())) {
      throw new IllegalArgumentException(
          "run '%s' cannot resume from a checkpoint of run '%s'"
              .formatted(description.run(), checkpoint.run()));
    }
    if (description.incarnation() <= checkpoint.incarnation()) {
      throw new IllegalArgumentException(
          "incarnation of resumed run '%s' must be more than %d, got: %d; use Incarnations.next"
              .formatted(description.run(), checkpoint.incarnation(), description.incarnation()));
    }
    return begin(new TrainingRun(config, description, believable(config, checkpoint)));
  }

  private static Rates believable(ClientConfig config, RunCheckpoint checkpoint) {
    FactorBounds bounds = config.believed();
    Rates rates = checkpoint.rates();
    for (FactorRamp ramp : List.of(rates.learningRate(), rates.weightDecay())) {
      for (Map<String, Double> factors : List.of(ramp.from(), ramp.to())) {
        for (Map.Entry<String, Double> factor : factors.entrySet()) {
          if (!bounds.contain(factor.getValue())) {
            LOG.warn(
                "factors of the checkpoint left aside run={} layer={} reason=\"factor must be {},"
                    + " got: {}\"",
                checkpoint.run(),
                factor.getKey(),
                bounds,
                factor.getValue());
            return Rates.NONE;
          }
        }
      }
    }
    return rates;
  }

  private static TrainingRun begin(TrainingRun run) {
    run.descriptions.put(run.description);
    run.publisher.start();
    run.receiver.start();
    return run;
  }

  /** What is being trained. */
  public RunDescription description() {
    return description;
  }

  /**
   * Latches the newest rates for one step, so that all layers of the step have factors of the same
   * decision.
   *
   * <p>A decision with a ramp of N steps is approached linearly: the k-th step that begins with it
   * has {@code from + (to - from) * k / N} for every layer, {@code from} being the factor in force
   * before it. One that comes on the way to another starts from where that has come; one that wants
   * what is being approached anyway changes nothing.
   *
   * @param step steps trained so far; a second call for the same step is no further step of a ramp
   * @return the rates in force until the next call
   */
  public Rates beginStep(long step) {
    long entered = clock.enter();
    clock.stepBegins(entered);
    reach(step);
    Rates rates = latched;
    Targets newest = receiver.newest();
    boolean isNew = newest.revision() > latchedRevision && newest.basedOnStep() <= step;
    if (isNew) {
      latchedRevision = newest.revision();
      rates = rates.towards(newest);
      applied(newest, step);
    }
    if (isNew || step != begunStep) {
      begunStep = step;
      rates = rates.next();
    }
    latched = rates;
    clock.leave(entered);
    return latched;
  }

  // Only the training thread writes the count.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void applied(Targets decision, long step) {
    if (applied.size() == ProgressReports.MAX_APPLIED) {
      applied.remove(0);
    }
    applied.add(
        new AppliedDecision(
            decision.decisionId(), decision.revision(), decision.basedOnStep(), step));
    decisionsApplied++;
  }

  /**
   * What the services have told this incarnation that they cannot use, each reason once and oldest
   * first. Each has been warned of in the log.
   */
  public List<Refusal> refusals() {
    return receiver.refusals();
  }

  /** The rates that the last {@link #beginStep} latched. One field is read, no time is counted. */
  public Rates rates() {
    return latched;
  }

  /**
   * Copies the weights of all layers to be published in the background. When copies must be given
   * up, the oldest that wait are. An exception of {@code weights} costs the layer's snapshot and is
   * counted, logged the first time and not passed on.
   *
   * @param step steps trained so far
   * @param epoch epochs completed so far
   */
  public void snapshot(long step, int epoch, LayerWeights weights) {
    long entered = clock.enter();
    if (running) {
      reach(step);
      taker.take(step, epoch, weights);
      publisher.wake();
    }
    clock.leave(entered);
  }

  /**
   * Tells where the run stands. While an older message has not left yet, the newer takes its place.
   *
   * @param step steps trained so far
   * @param epoch epochs completed so far
   * @param loss of the newest batch; left out if it is not finite
   * @param accuracy on held-out data, 0 to 1, if it was measured at this step
   * @param baseLearningRate the base rate that the newest step was trained with, before factors
   */
  public void progress(
      long step, int epoch, OptionalDouble loss, OptionalDouble accuracy, double baseLearningRate) {
    long entered = clock.enter();
    if (running) {
      reach(step);
      tell(step, epoch, loss, accuracy, baseLearningRate);
    }
    clock.leave(entered);
  }

  /** Training has ended as it should after {@code steps} steps. Only the first end counts. */
  public void finish(long steps) {
    end(RunPhase.RUNNING.finish(Math.max(0, steps)));
  }

  /**
   * Training has ended with an error. Only the first end counts.
   *
   * @param cause one line for the reader
   */
  public void fail(String cause) {
    String line = cause == null || cause.isBlank() ? "unknown" : OneLine.first(cause.strip());
    end(RunPhase.RUNNING.fail(line));
  }

  /** What the client has done so far. */
  public ClientCounters counters() {
    // Published and dropped before taken, so that they never add up to more.
    long published = counts.published();
    long dropped = counts.dropped();
    return new ClientCounters(
        counts.taken(),
        published,
        dropped,
        decisionsApplied,
        receiver.rejected(),
        clock.stallNanos(),
        clock.trainingNanos());
  }

  /** Decisions that belonged to another incarnation of the run, or came after a newer one. */
  public long decisionsFenced() {
    return receiver.fenced();
  }

  /** What has arrived last; {@link #beginStep} puts it in force. For any thread. */
  Targets newest() {
    return receiver.newest();
  }

  /** What a checkpoint of the model has to keep for {@link #resume}. */
  public RunCheckpoint checkpoint() {
    return new RunCheckpoint(description.run(), description.incarnation(), latched);
  }

  /**
   * Sends what still waits, for at most {@link ClientConfig#closeTimeout()}, and ends the threads.
   * A run that was neither finished nor failed is told to have failed. What could not be sent is
   * said in one line of the log.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    fail("training ended without saying that it was finished");
    receiver.stop();
    publisher.close(config.closeTimeout());
    logEnd();
  }

  private void tell(
      long step, int epoch, OptionalDouble loss, OptionalDouble accuracy, double baseLearningRate) {
    try {
      progress.put(
          new Progress(
              description.run(),
              description.incarnation(),
              step,
              epoch,
              description.totalSteps(),
              finite(loss),
              finite(accuracy),
              baseLearningRate,
              changed(latched.factors()),
              applied,
              counters(),
              changed(latched.weightDecayFactors()),
              Map.of()));
      applied = new ArrayList<>();
      publisher.wake();
    } catch (IllegalArgumentException e) {
      if (!badProgressLogged) {
        badProgressLogged = true;
        LOG.warn(
            "progress not told run={} incarnation={} step={} reason=\"{}\"",
            description.run(),
            description.incarnation(),
            step,
            e.getMessage());
      }
    }
  }

  private static Map<String, Double> changed(Map<String, Double> factors) {
    Map<String, Double> changed = new HashMap<>(factors);
    changed.values().removeIf(factor -> factor == 1.0);
    return changed;
  }

  private static OptionalDouble finite(OptionalDouble value) {
    return value.stream().filter(Double::isFinite).findFirst();
  }

  private void reach(long step) {
    if (step > newestStep) {
      newestStep = step;
    }
  }

  private void end(RunPhase phase) {
    long entered = clock.enter();
    if (running) {
      running = false;
      // The topic keeps the last record of each run: that of the incarnation that goes on.
      if (!receiver.superseded()) {
        descriptions.put(description.in(phase));
        publisher.wake();
      }
    }
    clock.leave(entered);
    clock.trainingEnds();
  }

  private void logEnd() {
    ClientCounters end = counters();
    boolean told = descriptions.isEmpty() && progress.isEmpty();
    String line =
        "run closed run=%s incarnation=%d reason=\"%d layer snapshots taken, %d published, %d dropped, %d decisions applied, %d rejected, stall %.4f %%%s\""
            .formatted(
                description.run(),
                description.incarnation(),
                end.snapshotsTaken(),
                end.snapshotsPublished(),
                end.snapshotsTaken() - end.snapshotsPublished(),
                end.decisionsApplied(),
                end.decisionsRejected(),
                100 * end.stallShare(),
                told ? "" : "; the broker did not learn how the run ended");
    if (told && end.snapshotsPublished() == end.snapshotsTaken()) {
      LOG.info(line);
    } else {
      LOG.warn(line);
    }
  }
}
