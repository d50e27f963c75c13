package io.isotherm.spectral.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.cudastub.CudaStub;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.solvers.SolverChoice;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.cuda.CudaLibraries;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectral.Snapshots;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.assembly.AssemblyResult;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.offsets.Takeover;
import io.isotherm.spectral.work.AnalysisJob;
import io.isotherm.spectral.work.Devices;
import io.isotherm.spectral.work.FairQueue;
import io.isotherm.spectral.work.Lanes;
import io.isotherm.spectral.work.WorkerPool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers on the stub of a GPU, from its libraries to the service's health. */
class LostDeviceTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int ILLEGAL_ADDRESS = 700;

  private final FairQueue queue = new FairQueue();
  private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  private final List<String> reasons = new CopyOnWriteArrayList<>();
  private WorkerPool pool;

  @BeforeEach
  void start() {
    System.setProperty(CudaLibraries.PATH_PROPERTY, CudaStub.folder().toString());
    CudaStub.reset();
    CudaStub.devices(2);
    Lanes lanes =
        Lanes.of(
            SolverChoice.named(SolverKind.CUSOLVER),
            Devices.of("all"),
            OptionalInt.of(2),
            IntUnaryOperator.identity());
    assertThat(lanes.solvers()).hasSize(4);
    assertThat(lanes.choice().reason())
        .startsWith("named: CUDA device 0 (Stub 0) and CUDA device 1 (Stub 1) with CUDA 13.0");
    pool =
        new WorkerPool(
            lanes.solvers(),
            PrecisionMode.MIXED,
            queue,
            (job, outcome) -> outcomes.put(job.id().layer(), outcome),
            reasons::add);
    pool.start();
    await().atMost(PATIENCE).until(pool::isReady);
  }

  @AfterEach
  void stop() throws InterruptedException {
    System.clearProperty(CudaLibraries.PATH_PROPERTY);
    if (pool != null) {
      pool.stop(PATIENCE);
      CudaStub.reset();
    }
  }

  @Test
  void lostDeviceIsAnsweredOnceAndTheServiceIsNotAliveWithTheReason() {
    // Given a layer that was analysed
    queue.offer(job("good"));
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(outcomes).containsKey("good"));
    assertThat(outcomes.get("good")).isInstanceOf(Outcome.Analysed.class);
    SolversAlive health = new SolversAlive(pool);
    assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

    // When
    CudaStub.plant("cuLaunchKernel", ILLEGAL_ADDRESS, true);
    queue.offer(job("bad"));

    // Then
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(reasons).hasSize(1));
    assertThat(reasons.get(0))
        .matches("CUDA device [01] \\(Stub [01]\\) is lost to this process: cuLaunchKernel of .*");
    assertThat(outcomes.get("bad")).isEqualTo(new Outcome.Failed(reasons.get(0)));
    HealthCheckResponse response = health.call();
    assertThat(response.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    assertThat(response.getData().orElseThrow()).containsEntry("reason", reasons.get(0));
    assertThat(pool.isReady()).isFalse();
  }

  private static AnalysisJob job(String layer) {
    SafeTensor tensor = Snapshots.normal(layer, 1, 40L, 60L);
    SnapshotId id = new SnapshotId("run", 1, 10, 0, layer);
    return new AnalysisJob(
        new AssemblyResult.Complete(id, Optional.empty(), SafeTensors.write(tensor)),
        tensor,
        EstimatorSpec.DEFAULT,
        List.of(
            new Receipt(
                "t", new OwnedPartition(0, Takeover.ofNothing()), 0, id.key(), sink -> {})));
  }
}
