package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;

/** cuSOLVER's {@code syevd}, one matrix at a time. */
final class Syevd implements SymmetricSolver {

  private final CudaStream stream;
  private final PinnedMemory host;
  private final LongByReference deviceBytes = new LongByReference();
  private final LongByReference hostBytes = new LongByReference();

  /**
   * On a stream.
   *
   * @param host what cuSOLVER may need of the host's memory
   */
  Syevd(CudaStream stream, int order, int stride, Real real, PinnedMemory host) {
    this.stream = stream;
    this.host = host;
    // Which addresses these are does not matter, only that they are the device's.
    Pointer any = stream.anyAddress();
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
                    stride,
                    real.type(),
                    any,
                    real.type(),
                    deviceBytes,
                    hostBytes));
  }

  @Override
  public int together() {
    return 1;
  }

  @Override
  public long workBytes(int count) {
    return deviceBytes.getValue();
  }

  @Override
  public void solve(Matrices matrices, Pointer values, Pointer info, Pointer work) {
    int type = matrices.real().type();
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
                    matrices.order(),
                    type,
                    matrices.address(),
                    matrices.stride(),
                    type,
                    values,
                    type,
                    work,
                    deviceBytes.getValue(),
                    host.reserve(hostBytes.getValue()),
                    hostBytes.getValue(),
                    info));
  }

  @Override
  public String failure(int info) {
    return "syevd returned info " + info;
  }
}
