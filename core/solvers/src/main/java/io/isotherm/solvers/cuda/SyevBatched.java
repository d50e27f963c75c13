package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;

/** cuSOLVER's {@code syevBatched}: all matrices at once, the fastest for small ones. */
final class SyevBatched implements SymmetricSolver {

  /** It refuses about twice as many. */
  static final int MAX_COUNT = 16_384;

  private final CudaStream stream;
  private final PinnedMemory host;

  /** On a stream; as {@link Syevd}. */
  SyevBatched(CudaStream stream, PinnedMemory host) {
    this.stream = stream;
    this.host = host;
  }

  @Override
  public Work work(int order, int count, Real real) {
    // What these are does not matter, only that they are addresses on the device.
    Pointer any = stream.constants();
    LongByReference onDevice = new LongByReference();
    LongByReference onHost = new LongByReference();
    stream
        .calls()
        .checkCusolver(
            "cusolverDnXsyevBatched_bufferSize",
            stream
                .cuda()
                .cusolver()
                .cusolverDnXsyevBatched_bufferSize(
                    stream.solver(),
                    stream.parameters(),
                    Cusolver.VALUES_ONLY,
                    Cublas.LOWER,
                    order,
                    real.type(),
                    any,
                    order,
                    real.type(),
                    any,
                    real.type(),
                    onDevice,
                    onHost,
                    count));
    return new Work(onDevice.getValue(), onHost.getValue());
  }

  @Override
  public void solve(Matrices matrices, Pointer values, Pointer info, Work work, Pointer device) {
    int type = matrices.real().type();
    stream
        .calls()
        .checkCusolver(
            "cusolverDnXsyevBatched",
            stream
                .cuda()
                .cusolver()
                .cusolverDnXsyevBatched(
                    stream.solver(),
                    stream.parameters(),
                    Cusolver.VALUES_ONLY,
                    Cublas.LOWER,
                    matrices.order(),
                    type,
                    matrices.address(),
                    matrices.order(),
                    type,
                    values,
                    type,
                    device,
                    work.deviceBytes(),
                    host.reserve(work.hostBytes()),
                    work.hostBytes(),
                    info,
                    matrices.count()));
  }
}
