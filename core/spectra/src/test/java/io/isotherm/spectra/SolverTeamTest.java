package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.golden.Weights;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SolverTeamTest {

  private final SolverTeam team = new SolverTeam();

  @Test
  void idleSolverTakesPartsOfALayer() throws UnreadableTensorException {
    // Given two solvers, each of which waits in its first part until the other one has begun one
    CountDownLatch begun = new CountDownLatch(2);
    Recorder first = new Recorder(() -> meet(begun));
    Recorder second = new Recorder(() -> meet(begun));
    WeightMatrices slices = slices(9);
    double[] alone = new ReferenceEigenvalueSolver().eigenvalues(slices, Precision.FP64);

    // When only one is asked
    EigenvalueSolver asked = team.join(first);
    team.join(second);
    double[] shared = asked.eigenvalues(slices, Precision.FP64);

    // Then
    assertThat(first.matrices.get() + second.matrices.get()).isEqualTo(9);
    assertThat(second.matrices).hasPositiveValue();
    assertThat(shared).containsExactly(alone);
  }

  @Test
  void solverNeverServesTwoThreadsAtATime() throws Exception {
    // Given
    Recorder first = new Recorder(() -> {});
    Recorder second = new Recorder(() -> {});
    List<EigenvalueSolver> members = List.of(team.join(first), team.join(second));
    double[] alone = new ReferenceEigenvalueSolver().eigenvalues(slices(9), Precision.FP64);

    // When both have work all the time
    Set<String> wrong = ConcurrentHashMap.newKeySet();
    List<Thread> workers = members.stream().map(each -> worker(each, alone, wrong)).toList();
    workers.forEach(Thread::start);
    for (Thread worker : workers) {
      worker.join();
    }

    // Then
    assertThat(wrong).isEmpty();
    assertThat(first.overlapped).isFalse();
    assertThat(second.overlapped).isFalse();
    assertThat(first.matrices.get() + second.matrices.get()).isEqualTo(2 * 50 * 9);
  }

  private static Thread worker(EigenvalueSolver solver, double[] expected, Set<String> wrong) {
    return new Thread(
        () -> {
          for (int i = 0; i < 50; i++) {
            try {
              assertThat(solver.eigenvalues(slices(9), Precision.FP64)).containsExactly(expected);
            } catch (Throwable e) {
              wrong.add(e.toString());
            }
          }
        });
  }

  @Test
  void failureOfAHelperIsAFailureOfTheCall() throws UnreadableTensorException {
    // Given a helper that fails, and a solver that waits for that
    CountDownLatch failed = new CountDownLatch(1);
    EigenvalueSolver asked = team.join(new Recorder(() -> meetQuietly(failed)));
    team.join(
        new Recorder(
            () -> {
              failed.countDown();
              throw new SolverException("no convergence");
            }));

    // When, then
    assertThatThrownBy(() -> asked.eigenvalues(slices(9), Precision.FP64))
        .isInstanceOf(SolverException.class)
        .hasMessage("no convergence");
  }

  @Test
  void errorOfAHelperPassesThrough() throws UnreadableTensorException {
    CountDownLatch failed = new CountDownLatch(1);
    EigenvalueSolver asked = team.join(new Recorder(() -> meetQuietly(failed)));
    team.join(
        new Recorder(
            () -> {
              failed.countDown();
              throw new OutOfMemoryError("no room");
            }));

    assertThatThrownBy(() -> asked.eigenvalues(slices(9), Precision.FP64))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("no room");
  }

  @Test
  void singleMatrixAndMatricesForADeviceStayWithOneSolver() throws UnreadableTensorException {
    // Given
    Recorder helper = new Recorder(() -> {});
    EigenvalueSolver asked = team.join(new Recorder(() -> {}));
    EigenvalueSolver device = team.join(new Together());
    team.join(helper);

    // When
    asked.eigenvalues(slices(1), Precision.FP64);
    device.eigenvalues(slices(9), Precision.FP64);

    // Then
    assertThat(helper.matrices).hasValue(0);
  }

  @Test
  void solverThatIsClosedHelpsNoMore() throws UnreadableTensorException {
    // Given
    Recorder helper = new Recorder(() -> {});
    EigenvalueSolver asked = team.join(new Recorder(() -> {}));
    team.join(helper).close();

    // When
    asked.eigenvalues(slices(9), Precision.FP64);

    // Then
    assertThat(helper.matrices).hasValue(0);
  }

  private static WeightMatrices slices(int kernel) throws UnreadableTensorException {
    return WeightTensor.of(
            Weights.tensor(List.of(12L, 10L, (long) kernel), Weights.gaussian(120 * kernel, 5)))
        .slices();
  }

  private static void meet(CountDownLatch begun) {
    begun.countDown();
    meetQuietly(begun);
  }

  private static void meetQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The reference, which does something before each part and counts. */
  private static class Recorder implements EigenvalueSolver {

    private final EigenvalueSolver reference = new ReferenceEigenvalueSolver();
    private final AtomicInteger matrices = new AtomicInteger();
    private final AtomicBoolean inUse = new AtomicBoolean();
    private final AtomicBoolean overlapped = new AtomicBoolean();
    private final Runnable before;

    Recorder(Runnable before) {
      this.before = before;
    }

    @Override
    public String name() {
      return "recorder";
    }

    @Override
    public boolean supports(Precision precision) {
      return reference.supports(precision);
    }

    @Override
    public void eigenvalues(WeightMatrices part, Precision precision, double[] target) {
      if (!inUse.compareAndSet(false, true)) {
        overlapped.set(true);
      }
      before.run();
      matrices.addAndGet(part.count());
      reference.eigenvalues(part, precision, target);
      inUse.set(false);
    }

    @Override
    public void warmUp() {
      reference.warmUp();
    }

    @Override
    public void close() {
      reference.close();
    }
  }

  private static final class Together extends Recorder {
    Together() {
      super(() -> {});
    }

    @Override
    public boolean solvesTogether() {
      return true;
    }
  }
}
