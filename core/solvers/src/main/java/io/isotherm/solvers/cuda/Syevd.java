package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;

/** cuSOLVER's {@code syevd}: one matrix after the other, the fastest for large ones. */
final class Syevd implements SymmetricSolver {

  private final CudaStream stream;
  private final PinnedMemory host;

  /**
   * On a stream.
   *
   * @param host what it computes in on the host
   */
  Syevd(CudaStream stream, PinnedMemory host) {
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
            "cusolverDnXsyevd_bufferSize",
            stream
                .cuda()
                .cusolver()
                .cusolverDnXsyevd_bufferSize(
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
                    onHost));
    return new Work(onDevice.getValue(), onHost.getValue());
  }

  @Override
  public void solve(Matrices matrices, Pointer values, Pointer info, Work work, Pointer device) {
    int order = matrices.order();
    long bytes = matrices.real().bytes();
    int type = matrices.real().type();
    for (long k = 0; k < matrices.count(); k++) {
      stream
          .calls()
          .checkCusolver(
              "cusolverDnXsyevd",
              stream
                  .cuda()
                  .cusolver()
                  .cusolverDnXsyevd(
                      stream.solver(),
                      stream.parameters(),
                      Cusolver.VALUES_ONLY,
                      Cublas.LOWER,
                      order,
                      type,
                      matrices.address().share(k * order * order * bytes),
                      order,
                      type,
                      values.share(k * order * bytes),
                      type,
                      device,
                      work.deviceBytes(),
                      host.reserve(work.hostBytes()),
                      work.hostBytes(),
                      info.share(k * Integer.BYTES)));
    }
  }
}
