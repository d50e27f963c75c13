package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import io.isotherm.safetensors.DType;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Eigenvalues on a CUDA device in single or double precision: weights go there as they are stored
 * and are unpacked there, the smaller Gram matrices are cuBLAS', and their values are found by
 * kernels of our own or, where it is faster, by cuSOLVER. Every instance has a stream of its own;
 * several instances share a device and its memory. An instance may be called by any thread, one at
 * a time.
 */
public final class CusolverEigenvalueSolver implements EigenvalueSolver {

  /** The most that a solver takes of the host's memory, which it pins. */
  public static final long PINNED_BYTES = 2L * Upload.STAGED_BYTES + (2 << 20);

  /** Of the device's memory, what is kept for the next layers of all instances. */
  private static final long KEPT_BYTES = 2L << 30;

  private static final int UNPACK_THREADS = 256;
  private static final int UNPACK_BLOCKS = 2048;

  private final CudaStream stream;
  private final SharedDevice shared;
  private final Consumer<EigenvalueSolver> warmUp;
  private final Upload upload;
  private final PinnedMemory results;
  private final PinnedMemory hostWork;

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
    shared = cuda.shared(stream.device());
    upload = new Upload(stream);
    results = stream.pinnedMemory();
    hostWork = stream.pinnedMemory();
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
    WeightMatrices layer = given.inMemoryOrder();
    Real real = Real.of(precision);
    stream.use();
    SymmetricSolver solver = solver(layer, real);
    WeightMatrices.Placement placement = layer.placement();
    Plan plan = Plan.of(layer, placement.data().remaining(), real, solver);
    try (DeviceMemory.Block block = shared.memory().take(plan.bytes(), name(layer))) {
      Work work = new Work(layer, placement, real, solver, plan, block.address());
      try {
        upload.send(placement.data(), work.block());
        upload.sendLongs(placement.offsets(), work.at(plan.offsets()));
        for (int first = 0; first < layer.count(); first += plan.together()) {
          int count = Math.min(plan.together(), layer.count() - first);
          solve(work, first, count);
          stream.await();
          read(work, first, count, target);
        }
      } catch (RuntimeException e) {
        stream.drain();
        throw e;
      }
    }
  }

  /** One call. */
  private record Work(
      WeightMatrices layer,
      WeightMatrices.Placement placement,
      Real real,
      SymmetricSolver solver,
      Plan plan,
      Pointer block) {

    Pointer at(long offset) {
      return block.share(offset);
    }

    long matrixBytes() {
      return (long) layer.matrixLength() * real.bytes();
    }

    long valueBytes() {
      return (long) layer.order() * real.bytes();
    }
  }

  private SymmetricSolver solver(WeightMatrices layer, Real real) {
    int order = layer.order();
    return Householder.isFor(order, real, stream.device())
        ? new Householder(stream, shared, order, layer.count(), real)
        : new Syevd(stream, order, Householder.stride(order), real, hostWork);
  }

  private static String name(WeightMatrices layer) {
    return "a matrix of %d x %d".formatted(layer.rows(), layer.columns());
  }

  private void solve(Work work, int first, int count) {
    Plan plan = work.plan();
    unpack(work, first, count);
    stream.clear(work.at(plan.info()), (long) count * Integer.BYTES);
    GramMatrices products =
        new GramMatrices(
            stream, work.layer().rows(), work.layer().columns(), plan.stride(), work.real());
    for (int k = 0; k < count; k += plan.solved()) {
      int number = Math.min(plan.solved(), count - k);
      SymmetricSolver.Matrices gram =
          products.multiply(
              work.at(plan.matrices() + k * work.matrixBytes()), number, work.at(plan.gram()));
      work.solver()
          .solve(
              gram,
              work.at(plan.values() + k * work.valueBytes()),
              work.at(plan.info() + (long) k * Integer.BYTES),
              work.at(plan.work()));
    }
    long bytes = count * work.valueBytes();
    Pointer host = results.reserve(bytes + (long) count * Integer.BYTES);
    stream.copy(host, work.at(plan.values()), bytes, CudaRuntime.DEVICE_TO_HOST);
    stream.copy(
        host.share(bytes),
        work.at(plan.info()),
        (long) count * Integer.BYTES,
        CudaRuntime.DEVICE_TO_HOST);
  }

  private void unpack(Work work, int first, int count) {
    WeightMatrices layer = work.layer();
    WeightMatrices.Placement placement = work.placement();
    int blocks =
        Math.min(UNPACK_BLOCKS, (layer.matrixLength() + UNPACK_THREADS - 1) / UNPACK_THREADS);
    shared
        .kernels(work.real())
        .unpack()
        .launch(
            stream,
            new CudaKernel.Grid(blocks, count, UNPACK_THREADS, 0),
            work.block(),
            kind(placement.dtype()),
            work.at(work.plan().offsets() + (long) first * Long.BYTES),
            layer.rows(),
            layer.columns(),
            (long) placement.rowStride(),
            (long) placement.columnStride(),
            -layer.exponent(),
            work.at(work.plan().matrices()));
  }

  /** As the kernel numbers the types. */
  private static int kind(DType dtype) {
    return switch (dtype) {
      case F32 -> 0;
      case F64 -> 1;
      case BF16 -> 2;
      case F16 -> 3;
    };
  }

  private void read(Work work, int first, int count, double[] target) {
    Real real = work.real();
    int values = count * work.layer().order();
    ByteBuffer bytes = results.buffer(count * (work.valueBytes() + Integer.BYTES));
    for (int k = 0; k < count; k++) {
      int info = bytes.getInt(values * real.bytes() + k * Integer.BYTES);
      if (info != 0) {
        throw new SolverException(
            "the eigenvalues of %s were not found: %s"
                .formatted(name(work.layer()), work.solver().failure(info)));
      }
    }
    int exponent = 2 * work.layer().exponent();
    int from = first * work.layer().order();
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
    shared.memory().free(KEPT_BYTES);
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
