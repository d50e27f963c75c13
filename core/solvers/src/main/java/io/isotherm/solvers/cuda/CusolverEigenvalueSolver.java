package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Eigenvalues on a CUDA device: the smaller Gram matrices by cuBLAS, their values by cuSOLVER, in
 * single or double precision. Every instance has a stream of its own; several instances share a
 * device and its memory. An instance may be called by any thread, one at a time.
 */
public final class CusolverEigenvalueSolver implements EigenvalueSolver {

  /** The most that a solver takes of the host's memory, which it pins. */
  public static final long PINNED_BYTES = 2L * Upload.STAGED_BYTES + (2 << 20);

  /** Of the device's memory, what is kept for the next layers of all instances. */
  private static final long KEPT_BYTES = 2L << 30;

  private final CudaStream stream;
  private final DeviceMemory memory;
  private final Consumer<EigenvalueSolver> warmUp;
  private final Upload upload;
  private final PinnedMemory results;
  private final PinnedMemory hostWork;
  private final SymmetricSolver oneByOne;
  private final SymmetricSolver batched;

  /**
   * A solver on a device of this machine.
   *
   * @param device from 0
   * @param warmUp what {@link #warmUp()} calls
   * @throws SolverException in one line, if there is no driver, library or device
   */
  public CusolverEigenvalueSolver(int device, Consumer<EigenvalueSolver> warmUp) {
    this(CudaLibraries.load(), device, warmUp);
  }

  CusolverEigenvalueSolver(CudaLibraries cuda, int device, Consumer<EigenvalueSolver> warmUp) {
    this.warmUp = warmUp;
    stream = new CudaStream(cuda, cuda.device(device));
    memory = cuda.memory(stream.device());
    upload = new Upload(stream);
    results = new PinnedMemory(stream.runtime(), stream.calls());
    hostWork = new PinnedMemory(stream.runtime(), stream.calls());
    oneByOne = new Syevd(stream, hostWork);
    batched = cuda.solvesBatches() ? new SyevBatched(stream, hostWork) : oneByOne;
  }

  @Override
  public String name() {
    return "cusolver";
  }

  @Override
  public boolean supports(Precision precision) {
    return true;
  }

  @Override
  public boolean solvesTogether() {
    return true;
  }

  @Override
  public void eigenvalues(WeightMatrices given, Precision precision, double[] target) {
    if (given.eigenvalueCount() == 0) {
      return;
    }
    WeightMatrices matrices = given.inMemoryOrder();
    Real real = Real.of(precision);
    stream.use();
    Plan plan = Plan.of(matrices, real, oneByOne, batched);
    try (DeviceMemory.Block block = memory.take(plan.bytes(), purpose(matrices))) {
      try {
        for (int first = 0; first < matrices.count(); first += plan.together()) {
          int count = Math.min(plan.together(), matrices.count() - first);
          solve(matrices, first, count, real, plan, block.address());
          stream.await();
          read(matrices, first, count, real, target);
        }
      } catch (RuntimeException e) {
        stream.drain();
        throw e;
      }
    }
  }

  private static String purpose(WeightMatrices matrices) {
    return "a matrix of %d x %d".formatted(matrices.rows(), matrices.columns());
  }

  private void solve(
      WeightMatrices matrices, int first, int count, Real real, Plan plan, Pointer block) {
    upload.upload(matrices, first, count, real, block, block.share(plan.narrow()));
    GramMatrices products = new GramMatrices(stream, matrices.rows(), matrices.columns(), real);
    long weightBytes = (long) matrices.matrixLength() * real.bytes();
    long valueBytes = (long) matrices.order() * real.bytes();
    for (int k = 0; k < count; k += plan.solved()) {
      int number = Math.min(plan.solved(), count - k);
      SymmetricSolver.Matrices gram =
          products.multiply(block.share(k * weightBytes), number, block.share(plan.gram()));
      plan.solver()
          .solve(
              gram,
              block.share(plan.values() + k * valueBytes),
              block.share(plan.info() + (long) k * Integer.BYTES),
              plan.work(),
              block.share(plan.scratch()));
    }
    Pointer host = results.reserve(count * (valueBytes + Integer.BYTES));
    stream.copy(host, block.share(plan.values()), count * valueBytes, CudaRuntime.DEVICE_TO_HOST);
    stream.copy(
        host.share(count * valueBytes),
        block.share(plan.info()),
        (long) count * Integer.BYTES,
        CudaRuntime.DEVICE_TO_HOST);
  }

  private void read(WeightMatrices matrices, int first, int count, Real real, double[] target) {
    int values = count * matrices.order();
    ByteBuffer bytes = results.buffer((long) values * real.bytes() + (long) count * Integer.BYTES);
    for (int k = 0; k < count; k++) {
      int info = bytes.getInt(values * real.bytes() + k * Integer.BYTES);
      if (info != 0) {
        throw new SolverException(
            "the eigenvalues of %s gave info %d".formatted(purpose(matrices), info));
      }
    }
    int exponent = 2 * matrices.exponent();
    int from = first * matrices.order();
    for (int i = 0; i < values; i++) {
      double value =
          real == Real.SINGLE ? bytes.getFloat(i * Float.BYTES) : bytes.getDouble(i * Double.BYTES);
      target[from + i] = Math.scalb(Math.max(0, value), exponent);
    }
  }

  @Override
  public void warmUp() {
    warmUp.accept(this);
  }

  @Override
  public void trim() {
    stream.use();
    memory.free(KEPT_BYTES);
  }

  @Override
  public void close() {
    stream.drain();
    upload.close();
    results.close();
    hostWork.close();
    stream.close();
  }
}
