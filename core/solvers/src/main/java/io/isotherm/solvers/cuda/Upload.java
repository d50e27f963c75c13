package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import io.isotherm.safetensors.DType;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.ByteBuffer;

/**
 * Brings matrices to the device, row by row and scaled as {@link WeightMatrices#copyTo} scales
 * them. They go through two pinned buffers, so the host fills one while the device reads the other.
 *
 * <p>Matrices that lie in one piece go as the bytes they are: those of 16 bits are widened, and all
 * of them scaled, on the device. Others, such as the slices of a convolution, are gathered, widened
 * and scaled by the host on the way.
 */
final class Upload implements AutoCloseable {

  /** Of one buffer. */
  static final int STAGED_BYTES = 32 << 20;

  /** What {@code CUDA_R_16F} and {@code CUDA_R_16BF} are called, and their 1. */
  private static final int HALF_TYPE = 2;

  private static final short HALF_ONE = 0x3c00;
  private static final int BRAIN_TYPE = 14;
  private static final short BRAIN_ONE = 0x3f80;

  private final CudaStream stream;
  private final Pointer ones;
  private final PinnedMemory[] staging;
  private final Pointer[] copied;
  private int next;

  /** An upload into a stream, whose constants it writes. */
  Upload(CudaStream stream) {
    this.stream = stream;
    this.ones = stream.constants();
    staging =
        new PinnedMemory[] {
          new PinnedMemory(stream.runtime(), stream.calls()),
          new PinnedMemory(stream.runtime(), stream.calls())
        };
    copied = new Pointer[] {stream.createEvent(), stream.createEvent()};
    ByteBuffer buffer = stage(CudaStream.CONSTANT_BYTES);
    buffer.putShort(0, HALF_ONE).putShort(Short.BYTES, BRAIN_ONE);
    send(ones, CudaStream.CONSTANT_BYTES);
  }

  /** How matrices get to the device. */
  enum Way {
    /** As they are, in the numbers that the device computes in. */
    AS_THEY_ARE,
    /** As they are, to be widened there. */
    WIDENED,
    /** Gathered, widened and scaled by the host. */
    GATHERED
  }

  /** The way that these matrices take. */
  static Way way(WeightMatrices matrices, Real real) {
    if (matrices.bytes().isEmpty() || !canScale(matrices.exponent(), real)) {
      return Way.GATHERED;
    }
    DType dtype = matrices.dtype();
    if (dtype == (real == Real.SINGLE ? DType.F32 : DType.F64)) {
      return Way.AS_THEY_ARE;
    }
    return dtype.bytes() == Short.BYTES && real == Real.SINGLE ? Way.WIDENED : Way.GATHERED;
  }

  /** Whether the power of two that scales the weights is an ordinary number. */
  private static boolean canScale(int exponent, Real real) {
    int most = real == Real.SINGLE ? Float.MAX_EXPONENT : Double.MAX_EXPONENT;
    return Math.abs(exponent) < most;
  }

  /** Bytes of the device's memory that the 16-bit weights take before they are widened. */
  static long narrowBytes(WeightMatrices matrices, int count, Real real) {
    return way(matrices, real) == Way.WIDENED
        ? Math.min(STAGED_BYTES, (long) count * matrices.matrixLength() * Short.BYTES)
        : 0;
  }

  /**
   * Brings some matrices to {@code target}, one after the other.
   *
   * @param narrow {@link #narrowBytes} of the device's memory
   */
  void upload(
      WeightMatrices matrices, int first, int count, Real real, Pointer target, Pointer narrow) {
    switch (way(matrices, real)) {
      case AS_THEY_ARE -> {
        int bytes = count * matrices.matrixLength() * real.bytes();
        sendBytes(matrices, first, bytes, target);
        scale((long) count * matrices.matrixLength(), -matrices.exponent(), real, target);
      }
      case WIDENED -> sendWidened(matrices, first, count, target, narrow);
      case GATHERED -> sendGathered(matrices, first, count, real, target);
    }
  }

  private void sendBytes(WeightMatrices matrices, int first, int length, Pointer target) {
    for (long done = 0; done < length; done += STAGED_BYTES) {
      int size = (int) Math.min(STAGED_BYTES, length - done);
      stageBytes(matrices, first, done, size);
      send(target.share(done), size);
    }
  }

  /** Fills the next buffer with bytes of the tensor. */
  private void stageBytes(WeightMatrices matrices, int first, long offset, int size) {
    ByteBuffer bytes = matrices.bytes().orElseThrow();
    long begin = (long) first * matrices.matrixLength() * matrices.dtype().bytes();
    stage(size).put(0, bytes, (int) (begin + offset), size);
  }

  private void sendWidened(
      WeightMatrices matrices, int first, int count, Pointer target, Pointer narrow) {
    int length = count * matrices.matrixLength() * Short.BYTES;
    for (long done = 0; done < length; done += STAGED_BYTES) {
      int size = (int) Math.min(STAGED_BYTES, length - done);
      stageBytes(matrices, first, done, size);
      send(narrow, size);
      widen(matrices, size / Short.BYTES, narrow, target.share(2 * done));
    }
  }

  /** A product of a column with 1, in which every number of 16 bits is exact. */
  private void widen(WeightMatrices matrices, int length, Pointer narrow, Pointer target) {
    boolean half = matrices.dtype() == DType.F16;
    int type = half ? HALF_TYPE : BRAIN_TYPE;
    stream
        .calls()
        .checkCublas(
            "cublasGemmEx",
            stream
                .cuda()
                .cublas()
                .cublasGemmEx(
                    stream.blas(),
                    Cublas.NO_TRANSPOSE,
                    Cublas.NO_TRANSPOSE,
                    length,
                    1,
                    1,
                    stream.first(Real.SINGLE, Math.scalb(1.0, -matrices.exponent())),
                    narrow,
                    type,
                    length,
                    half ? ones : ones.share(Short.BYTES),
                    type,
                    1,
                    stream.second(Real.SINGLE, 0),
                    target,
                    Real.SINGLE.type(),
                    length,
                    Cublas.COMPUTE_32F,
                    Cublas.DEFAULT_ALGORITHM));
  }

  private void scale(long length, int exponent, Real real, Pointer target) {
    if (exponent == 0) {
      return;
    }
    Pointer factor = stream.first(real, Math.scalb(1.0, exponent));
    Cublas cublas = stream.cuda().cublas();
    int n = Math.toIntExact(length);
    stream
        .calls()
        .checkCublas(
            "cublasXscal",
            real == Real.SINGLE
                ? cublas.cublasSscal_v2(stream.blas(), n, factor, target, 1)
                : cublas.cublasDscal_v2(stream.blas(), n, factor, target, 1));
  }

  private void sendGathered(
      WeightMatrices matrices, int first, int count, Real real, Pointer target) {
    long bytes = (long) matrices.matrixLength() * real.bytes();
    if (bytes > STAGED_BYTES) {
      for (int k = 0; k < count; k++) {
        sendRows(matrices, first + k, real, target.share(k * bytes));
      }
      return;
    }
    int together = (int) (STAGED_BYTES / bytes);
    for (int done = 0; done < count; done += together) {
      int number = Math.min(together, count - done);
      gather(matrices, first + done, number, real, stage(number * bytes));
      send(target.share(done * bytes), number * bytes);
    }
  }

  /** A matrix that is larger than a buffer, some rows at a time. */
  private void sendRows(WeightMatrices matrices, int matrix, Real real, Pointer target) {
    long rowBytes = (long) matrices.columns() * real.bytes();
    int together = (int) Math.max(1, STAGED_BYTES / rowBytes);
    for (int row = 0; row < matrices.rows(); row += together) {
      int rows = Math.min(together, matrices.rows() - row);
      WeightMatrices part =
          matrices.windows(new int[] {row}, new int[] {0}, rows, matrices.columns());
      gather(part, matrix, 1, real, stage(rows * rowBytes));
      send(target.share(row * rowBytes), rows * rowBytes);
    }
  }

  private static void gather(
      WeightMatrices matrices, int first, int count, Real real, ByteBuffer target) {
    if (real == Real.SINGLE) {
      matrices.copyTo(first, count, target.asFloatBuffer());
      return;
    }
    int bytes = matrices.matrixLength() * real.bytes();
    for (int k = 0; k < count; k++) {
      ByteBuffer part = target.slice(k * bytes, bytes).order(target.order());
      matrices.copyTo(first + k, part.asDoubleBuffer());
    }
  }

  /** The next buffer, once the device has read what was in it before. */
  private ByteBuffer stage(long bytes) {
    stream.await(copied[next]);
    staging[next].reserve(bytes);
    return staging[next].buffer(bytes);
  }

  /** Sends what was put into the buffer that was staged last. */
  private void send(Pointer target, long bytes) {
    stream.copy(target, staging[next].reserve(bytes), bytes, CudaRuntime.HOST_TO_DEVICE);
    stream.record(copied[next]);
    next = 1 - next;
  }

  @Override
  public void close() {
    for (PinnedMemory each : staging) {
      each.close();
    }
    for (Pointer event : copied) {
      int ignored = stream.runtime().cudaEventDestroy(event);
    }
  }
}
