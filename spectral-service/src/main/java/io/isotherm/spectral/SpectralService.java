package io.isotherm.spectral;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.solvers.CpuKernels;
import io.isotherm.solvers.NativeBlock;
import io.isotherm.solvers.SolverChoice;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.assembly.LayerMemory;
import io.isotherm.spectral.assembly.SnapshotAssembler;
import io.isotherm.spectral.intake.Intake;
import io.isotherm.spectral.messaging.AnswerChannels;
import io.isotherm.spectral.messaging.SnapshotConsumer;
import io.isotherm.spectral.offsets.Ownership;
import io.isotherm.spectral.runs.KnownRuns;
import io.isotherm.spectral.work.FairQueue;
import io.isotherm.spectral.work.Lanes;
import io.isotherm.spectral.work.WorkerPool;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/** Puts the parts together, starts them, and ends the process when its solvers are broken. */
@Singleton
public class SpectralService {

  /** The exit status of a process whose eigenvalue solver does not work. */
  public static final int EXIT_SOLVER_BROKEN = 3;

  private static final Logger LOG = Logger.getLogger(SpectralService.class);
  private static final int CHECKS_PER_TIMEOUT = 4;

  private final FairQueue queue = new FairQueue();
  private final Intake intake;
  private final WorkerPool workers;
  private final Lanes lanes;

  SpectralService(
      SpectralConfig config,
      AnswerChannels answers,
      SnapshotConsumer consumer,
      KnownRuns runs,
      MeterRegistry meters) {
    SolverChoice solver =
        config.solver().map(SolverChoice::named).orElseGet(SolverChoice::ofThisMachine);
    MemoryBudget budget = budget(config);
    lanes = Lanes.of(solver, config.devices(), config.workers(), budget::workers);
    intake =
        new Intake(
            new SnapshotAssembler(
                config.maxDocument().asLongValue(),
                budget,
                new LayerMemory(solver.kind())::of,
                NativeBlock::of),
            config.rememberedLayers(),
            queue,
            runs,
            config.assemblyTimeout(),
            System::nanoTime,
            answers::publish,
            consumer::readAgain);
    AtomicReference<CompletionStage<Void>> last = new AtomicReference<>();
    workers =
        new WorkerPool(
            lanes.solvers(),
            config.precision(),
            queue,
            (job, outcome) -> {
              record(meters, outcome);
              CompletionStage<Void> published =
                  answers.publish(Answer.of(job.outcome(outcome), job.receipts()));
              published.whenComplete((done, e) -> intake.release(job));
              last.set(published);
            },
            reason -> end(reason, last.get(), config.shutdownTimeout()));
    meters.gauge("isotherm.spectral.assembly.bytes", intake, Intake::bytesInMemory);
    meters.gauge("isotherm.spectral.assembly.incomplete", intake, Intake::incompleteSnapshots);
    meters.gauge("isotherm.spectral.queue.depth", queue, FairQueue::depth);
    meters
        .more()
        .counter("isotherm.spectral.leftover.chunks", Tags.empty(), intake, Intake::leftovers);
  }

  @Produces
  @Singleton
  static KnownRuns runs(SpectralConfig config) {
    return new KnownRuns(config.rememberedLayers(), config.descriptionPatience());
  }

  @Produces
  @Singleton
  Intake intake() {
    return intake;
  }

  @Produces
  @Singleton
  Ownership ownership() {
    return new Ownership();
  }

  @Produces
  @Singleton
  SolverChoice solver() {
    return lanes.choice();
  }

  @Produces
  @Singleton
  WorkerPool workers() {
    return workers;
  }

  void start(@Observes StartupEvent event, SpectralConfig config, Vertx vertx) {
    workers.whenReady().thenRun(() -> CpuKernels.known().ifPresent(SpectralService::log));
    workers.start();
    LOG.infof(
        "eigenvalue solver chosen solver=%s reason=\"%s\"",
        lanes.choice().kind().label(), lanes.choice().reason());
    LOG.infof("workers started count=%d", lanes.solvers().size());
    long interval = Math.max(1, config.assemblyTimeout().toMillis() / CHECKS_PER_TIMEOUT);
    vertx.setPeriodic(interval, id -> intake.expire());
  }

  void stop(@Observes ShutdownEvent event, SpectralConfig config) throws InterruptedException {
    workers.stop(config.shutdownTimeout());
  }

  private static MemoryBudget budget(SpectralConfig config) {
    return MemoryBudget.ofThisProcess(
        config.memory().map(MemorySize::asLongValue).orElseGet(MemoryBudget::usualBytes),
        "isotherm.spectral.memory");
  }

  private static void record(MeterRegistry meters, Outcome outcome) {
    if (outcome instanceof Outcome.Analysed analysed) {
      meters
          .timer("isotherm.spectral.compute", "solver", analysed.solver())
          .record(analysed.computeNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private static void log(CpuKernels kernels) {
    LOG.infof(
        "kernels checked processor=\"%s\" openBlas=%s coreType=%s vectorBits=%d gigaflops=%d",
        kernels.processor(),
        kernels.openBlas(),
        kernels.coreType(),
        kernels.vectorBits(),
        Math.round(kernels.gigaflops()));
    kernels
        .warning()
        .ifPresent(
            warning -> LOG.warnf("the processor can do more than is used reason=\"%s\"", warning));
  }

  /** On the worker's thread, so that what it answered last can still reach the broker. */
  private static void end(String reason, CompletionStage<Void> last, Duration patience) {
    LOG.errorf("the eigenvalue solver does not work, this process ends reason=\"%s\"", reason);
    if (last != null) {
      try {
        last.toCompletableFuture().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
      } catch (CompletionException e) {
        LOG.warnf("the last outcome may not be published reason=\"%s\"", e.getCause());
      }
    }
    Quarkus.asyncExit(EXIT_SOLVER_BROKEN);
  }
}
