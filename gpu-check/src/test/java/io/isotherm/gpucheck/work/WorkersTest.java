package io.isotherm.gpucheck.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.safetensors.DType;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.spectra.SolverException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {

  private final Workers workers = new Workers(3, ReferenceEigenvalueSolver::new);

  @AfterEach
  void close() {
    workers.close();
  }

  @Test
  void everyJobIsDoneOnce() {
    AtomicInteger done = new AtomicInteger();

    double seconds = workers.lap(Collections.nCopies(100, solver -> done.incrementAndGet()), 3);

    assertThat(done).hasValue(100);
    assertThat(seconds).isPositive();
  }

  @Test
  void eachWorkerHasASolverOfItsOwn() {
    Set<EigenvalueSolver> solvers = ConcurrentHashMap.newKeySet();
    CountDownLatch allThere = new CountDownLatch(3);
    Job job =
        solver -> {
          solvers.add(solver);
          allThere.countDown();
          await(allThere);
        };

    workers.lap(Collections.nCopies(3, job), 3);

    assertThat(solvers).hasSize(3);
  }

  @Test
  void aSolverThatFailsEndsTheLap() {
    Job job =
        solver -> {
          throw new SolverException("no memory");
        };

    assertThatThrownBy(() -> workers.lap(List.of(job), 1))
        .isInstanceOf(SolverException.class)
        .hasMessage("no memory");
  }

  @Test
  void timeOfAJobIsThatOfOneOfMany() {
    Shape shape = new Shape(2, 12, 8);
    AtomicInteger done = new AtomicInteger();
    Job solve =
        Job.eigenvalues(Layers.trained(shape.stacked(), DType.F32, 1), shape, Precision.FP64);
    Job counted =
        solver -> {
          solve.run(solver);
          done.incrementAndGet();
        };

    double seconds = Laps.perJob(workers, counted, 3, 0.01);

    assertThat(done.get()).isGreaterThanOrEqualTo(2 * 3);
    assertThat(seconds).isPositive();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
