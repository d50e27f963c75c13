package io.isotherm.spectral.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.SolverLostException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectral.Snapshots;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.assembly.AssemblyResult;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.offsets.Takeover;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FairQueue queue = new FairQueue();
  private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  private final List<String> reasons = new CopyOnWriteArrayList<>();
  private WorkerPool pool;

  @AfterEach
  void stop() throws InterruptedException {
    pool.stop(PATIENCE);
  }

  @Test
  void jobsAreAnalysedBySeveralWorkers() {
    start(3, ReferenceEigenvalueSolver::new);

    for (int i = 0; i < 10; i++) {
      queue.offer(job("layer" + i));
    }

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(outcomes).hasSize(10));
    assertThat(outcomes.values()).allMatch(Outcome.Analysed.class::isInstance);
    assertThat(pool.isReady()).isTrue();
  }

  @Test
  void poolIsNotReadyBeforeItIsStarted() {
    pool =
        new WorkerPool(
            List.of(ReferenceEigenvalueSolver::new),
            PrecisionMode.MIXED,
            queue,
            (job, outcome) -> {},
            reasons::add);

    assertThat(pool.isReady()).isFalse();
    assertThat(pool.brokenReason()).isEmpty();
  }

  @Test
  void solverThatDoesNotWorkHereIsReportedInOneLineAndThePoolIsNeverReady() {
    start(
        2,
        () -> {
          throw new SolverException("no CUDA driver on this machine");
        });

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(reasons).containsExactly("no CUDA driver on this machine"));
    assertThat(pool.isReady()).isFalse();
    assertThat(pool.brokenReason()).hasValue("no CUDA driver on this machine");
  }

  @Test
  void failureOfOneLayerDoesNotEndTheWorker() {
    start(1, () -> new FailingSolver("bad", false));

    queue.offer(job("bad"));
    queue.offer(job("good"));

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(outcomes).hasSize(2));
    assertThat(outcomes.get("bad")).isInstanceOf(Outcome.Failed.class);
    assertThat(outcomes.get("good")).isInstanceOf(Outcome.Analysed.class);
    assertThat(reasons).isEmpty();
  }

  @Test
  void poisonedSolverAnswersItsLayerAndTakesNoMore() {
    start(1, () -> new FailingSolver("bad", true));

    queue.offer(job("bad"));
    queue.offer(job("next"));

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(reasons).containsExactly("device is lost"));
    assertThat(outcomes).containsOnlyKeys("bad");
    assertThat(outcomes.get("bad")).isInstanceOf(Outcome.Failed.class);
    assertThat(pool.isReady()).isFalse();
  }

  @Test
  void deviceThatIsLostCostsOneLayerAndTheOthersAreLeftToWhoeverTakesOver()
      throws InterruptedException {
    // Given two workers on one device, both at work when it is lost
    CyclicBarrier atWork = new CyclicBarrier(2);
    start(
        2,
        () ->
            new FailingSolver("bad", false) {
              @Override
              public void eigenvalues(
                  WeightMatrices matrices, Precision precision, double[] target) {
                try {
                  atWork.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  throw new IllegalStateException(e);
                }
                throw new SolverLostException("device 0 is lost");
              }
            });

    // When
    queue.offer(job("first"));
    queue.offer(job("second"));

    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(reasons).containsExactly("device 0 is lost"));
    pool.stop(PATIENCE);
    assertThat(outcomes.values()).containsExactly(new Outcome.Failed("device 0 is lost"));
    assertThat(pool.brokenReason()).hasValue("device 0 is lost");
  }

  private void start(int size, Supplier<EigenvalueSolver> solvers) {
    pool =
        new WorkerPool(
            Collections.nCopies(size, solvers),
            PrecisionMode.MIXED,
            queue,
            (job, outcome) -> outcomes.put(job.id().layer(), outcome),
            reasons::add);
    pool.start();
  }

  private static AnalysisJob job(String layer) {
    // The failing solver knows its layer by the number of rows.
    SafeTensor tensor = Snapshots.normal(layer, 1, layer.equals("bad") ? 13L : 12L, 40L);
    SnapshotId id = new SnapshotId("run", 1, 10, 0, layer);
    return new AnalysisJob(
        new AssemblyResult.Complete(id, Optional.empty(), SafeTensors.write(tensor)),
        tensor,
        EstimatorSpec.DEFAULT,
        List.of(
            new Receipt(
                "t", new OwnedPartition(0, Takeover.ofNothing()), 0, id.key(), sink -> {})));
  }

  /** Fails at a layer of 13 rows; if poisonous, at everything from then on. */
  private static class FailingSolver implements EigenvalueSolver {
    private final ReferenceEigenvalueSolver real = new ReferenceEigenvalueSolver();
    private final String layer;
    private final boolean poisonous;
    private boolean poisoned;

    FailingSolver(String layer, boolean poisonous) {
      this.layer = layer;
      this.poisonous = poisonous;
    }

    @Override
    public String name() {
      return "failing at " + layer;
    }

    @Override
    public boolean supports(Precision precision) {
      return real.supports(precision);
    }

    @Override
    public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
      if (matrices.rows() == 13) {
        poisoned = poisonous;
        throw new SolverException("did not converge");
      }
      real.eigenvalues(matrices, precision, target);
    }

    @Override
    public void warmUp() {
      if (poisoned) {
        throw new SolverException("device is lost");
      }
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
