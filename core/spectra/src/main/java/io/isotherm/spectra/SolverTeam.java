package io.isotherm.spectra;

import io.isotherm.spectra.matrix.WeightMatrices;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Solvers of one kind, one for each worker, that help each other out: where a layer is several
 * matrices, such as the slices of a convolution or FARMS' windows, solvers whose workers have
 * nothing to do take some of them. So the last layers of a network do not leave workers idle. Each
 * matrix is solved by one solver, so who helped makes no difference to the numbers, and a single
 * matrix is never shared.
 *
 * <p>No solver serves two threads at a time, so there are never more computations than solvers. A
 * worker whose solver helps elsewhere when new work arrives waits for that part to end.
 */
public final class SolverTeam {

  /**
   * Matrices with more elements are not shared: the workspace for one of them is more than what a
   * solver may keep anyway, and nobody has reserved it for a solver that helps.
   */
  private static final long MAX_SHARED_ELEMENTS = 1 << 20;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final ExecutorService helpers =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "solver-helper");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * The solver as a member of the team until it is closed.
   *
   * @param solver is used through the member only from now on, and closed with it
   */
  public Member join(EigenvalueSolver solver) {
    Member member = new Member(solver);
    members.add(member);
    return member;
  }

  /** A worker's own solver, and the help of the others'. */
  public final class Member implements EigenvalueSolver {

    private final EigenvalueSolver solver;
    private final Semaphore free = new Semaphore(1, true);
    private final AtomicLong helpNanos = new AtomicLong();

    private Member(EigenvalueSolver solver) {
      this.solver = solver;
    }

    /** CPU time of the threads that have helped with calls of this one, all calls together. */
    public long helpNanos() {
      return helpNanos.get();
    }

    @Override
    public String name() {
      return solver.name();
    }

    @Override
    public boolean supports(Precision precision) {
      return solver.supports(precision);
    }

    @Override
    public boolean solvesTogether() {
      return solver.solvesTogether();
    }

    @Override
    public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
      own(
          () -> {
            if (isForOne(matrices)) {
              solver.eigenvalues(matrices, precision, target);
            } else {
              new SharedCall(matrices, precision, target).run(this);
            }
          });
    }

    private boolean isForOne(WeightMatrices matrices) {
      return matrices.count() < 2
          || members.size() < 2
          || solver.solvesTogether()
          || matrices.matrixLength() > MAX_SHARED_ELEMENTS;
    }

    @Override
    public void warmUp() {
      own(solver::warmUp);
    }

    @Override
    public void trim() {
      own(solver::trim);
    }

    @Override
    public void close() {
      members.remove(this);
      own(solver::close);
    }

    private void own(Runnable work) {
      free.acquireUninterruptibly();
      try {
        work.run();
      } finally {
        free.release();
      }
    }
  }

  /** One call, in parts that are taken by whoever is free next. */
  private final class SharedCall {

    private final WeightMatrices matrices;
    private final Precision precision;
    private final double[] target;
    private final int partSize;
    private final AtomicInteger next = new AtomicInteger();
    private final List<CompletableFuture<Void>> help = new ArrayList<>();

    /** About two parts for each member: what interlocks in memory is read together. */
    SharedCall(WeightMatrices matrices, Precision precision, double[] target) {
      this.matrices = matrices;
      this.precision = precision;
      this.target = target;
      int parts = Math.multiplyExact(2, members.size());
      this.partSize = (matrices.count() - 1) / parts + 1;
    }

    void run(Member owner) {
      try {
        do {
          askForHelp(owner);
        } while (solveNext(owner.solver));
      } finally {
        // After a failure nobody begins another part, and nobody is left at work on the weights.
        next.set(matrices.count());
        help.forEach(each -> each.handle((done, failure) -> null).join());
      }
      help.forEach(SolverTeam::requireDone);
    }

    private void askForHelp(Member owner) {
      for (Member member : members) {
        boolean enoughIsLeft = matrices.count() - next.get() > partSize;
        if (enoughIsLeft && member.free.tryAcquire()) {
          help.add(CompletableFuture.runAsync(() -> help(owner, member), helpers));
        }
      }
    }

    private void help(Member owner, Member member) {
      long before = THREADS.getCurrentThreadCpuTime();
      try {
        while (!member.free.hasQueuedThreads() && solveNext(member.solver)) {
          // Until nothing is left, or the worker of this solver wants it back.
        }
      } finally {
        member.solver.trim();
        owner.helpNanos.addAndGet(THREADS.getCurrentThreadCpuTime() - before);
        member.free.release();
      }
    }

    /** False if there is nothing left. */
    private boolean solveNext(EigenvalueSolver solver) {
      int first = next.getAndAdd(partSize);
      if (first >= matrices.count()) {
        return false;
      }
      WeightMatrices part = matrices.part(first, Math.min(partSize, matrices.count() - first));
      double[] values = solver.eigenvalues(part, precision);
      System.arraycopy(values, 0, target, first * matrices.order(), values.length);
      return true;
    }
  }

  private static void requireDone(CompletableFuture<Void> help) {
    try {
      help.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }
}
