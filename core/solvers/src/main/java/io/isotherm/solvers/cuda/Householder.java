package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import java.util.stream.IntStream;

/**
 * Kernels of our own: a tridiagonalisation by gangs of thread blocks, one gang to a matrix, and
 * bisection. On a Hopper card twice as fast as cuSOLVER, and more so for many matrices of some
 * hundred rows.
 */
final class Householder implements SymmetricSolver {

  /** Rows of the kernel are read in pieces of so many columns. */
  private static final int ROW = 128;

  private static final int WARPS = 16;
  private static final int THREADS = 32 * WARPS;
  private static final int PANEL_BYTES = 64 << 10;
  private static final int BISECT_THREADS = 128;
  private static final int MOST_TOGETHER = 1 << 15;

  private final CudaStream stream;
  private final SharedDevice shared;
  private final CudaKernels kernels;
  private final int order;
  private final int stride;
  private final int gang;
  private final int together;
  private final Real real;

  /**
   * For matrices of an order.
   *
   * @param count how many a layer has
   */
  Householder(CudaStream stream, SharedDevice shared, int order, int count, Real real) {
    this.stream = stream;
    this.shared = shared;
    this.kernels = shared.kernels(real);
    this.order = order;
    this.real = real;
    stride = stride(order);
    int multiprocessors = stream.device().multiprocessors();
    gang = gang(order, count, multiprocessors);
    together = gang == 1 ? MOST_TOGETHER : multiprocessors / gang;
  }

  /** From one row to the next. */
  static int stride(int order) {
    return (order + ROW - 1) / ROW * ROW;
  }

  /** Whether a device has the shared memory for matrices of that order. */
  static boolean isFor(int order, Real real, CudaDevice device) {
    return tridiagonaliseBytes(order, real) <= device.sharedBytes()
        && bisectBytes(order, real) <= device.sharedBytes();
  }

  /**
   * How many blocks work on a matrix, measured on an H200. It depends on nothing but the layer and
   * the device, so that the same layer gives the same bits whatever else is being solved.
   */
  static int gang(int order, int count, int multiprocessors) {
    // Large matrices get a quarter of the device, since four solvers share it.
    int large = Math.max(1, multiprocessors / 4);
    int most = order <= 256 ? 1 : order <= 512 ? 8 : order <= 1024 ? 16 : large;
    return IntStream.of(large, 16, 8)
        .filter(gang -> gang <= most && (long) count * gang <= multiprocessors)
        .max()
        .orElse(1);
  }

  private static int tridiagonaliseBytes(int order, Real real) {
    int stride = stride(order);
    return 3 * WARPS * Double.BYTES
        + real.bytes()
            * (4 * stride + WARPS * Math.min(stride, PANEL_BYTES / WARPS / real.bytes()));
  }

  private static int bisectBytes(int order, Real real) {
    return real.bytes() * (2 * order + 3 * BISECT_THREADS);
  }

  @Override
  public int together() {
    return together;
  }

  /** Where in its memory the parts of the work lie, each for all matrices. */
  private record Work(long offDiagonals, long partials, long sums, long arrivals, long bytes) {}

  private Work work(int count) {
    long vector = Plan.aligned((long) count * order * real.bytes());
    long rows = Plan.aligned((long) count * stride * real.bytes());
    long partials = 2 * vector;
    // Two of each: what is read in one step is written in the next but one.
    long sums = partials + 2L * gang * rows;
    long arrivals = sums + rows;
    return new Work(
        vector, partials, sums, arrivals, arrivals + Plan.aligned((long) count * Integer.BYTES));
  }

  @Override
  public long workBytes(int count) {
    return work(count).bytes();
  }

  @Override
  public void solve(Matrices matrices, Pointer values, Pointer info, Pointer work) {
    // What comes before is done first, so that the device is not reserved for a copy.
    stream.await();
    int permits = gang == 1 ? 0 : matrices.count() * gang;
    shared.multiprocessors().acquireUninterruptibly(permits);
    try {
      launch(matrices, values, info, work);
      stream.await();
    } finally {
      stream.drain();
      shared.multiprocessors().release(permits);
    }
  }

  private void launch(Matrices matrices, Pointer values, Pointer info, Pointer work) {
    int count = matrices.count();
    Work parts = work(count);
    Pointer offDiagonals = work.share(parts.offDiagonals());
    stream.clear(work.share(parts.arrivals()), (long) count * Integer.BYTES);
    kernels
        .tridiagonalise()
        .launch(
            stream,
            new CudaKernel.Grid(count * gang, 1, THREADS, tridiagonaliseBytes(order, real)),
            matrices.address(),
            order,
            stride,
            gang,
            work,
            offDiagonals,
            work.share(parts.partials()),
            work.share(parts.sums()),
            work.share(parts.arrivals()),
            info);
    int blocks = (order + BISECT_THREADS - 1) / BISECT_THREADS;
    kernels
        .bisect()
        .launch(
            stream,
            new CudaKernel.Grid(blocks, count, BISECT_THREADS, bisectBytes(order, real)),
            work,
            offDiagonals,
            order,
            values);
  }

  @Override
  public String failure(int info) {
    return "thread blocks of %s waited for each other in vain".formatted(stream.device());
  }
}
