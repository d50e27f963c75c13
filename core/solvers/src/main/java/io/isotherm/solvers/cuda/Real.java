package io.isotherm.solvers.cuda;

import io.isotherm.spectra.Precision;

/** The numbers that the device computes in, as CUDA's libraries name them. */
enum Real {
  /** {@code CUDA_R_32F}. */
  SINGLE(Float.BYTES, 0, Cublas.COMPUTE_32F),
  /** {@code CUDA_R_64F}. */
  DOUBLE(Double.BYTES, 1, Cublas.COMPUTE_64F);

  private final int bytes;
  private final int type;
  private final int computeType;

  Real(int bytes, int type, int computeType) {
    this.bytes = bytes;
    this.type = type;
    this.computeType = computeType;
  }

  static Real of(Precision precision) {
    return precision == Precision.FP32 ? SINGLE : DOUBLE;
  }

  /** Of one number. */
  int bytes() {
    return bytes;
  }

  /** A {@code cudaDataType}. */
  int type() {
    return type;
  }

  /** A {@code cublasComputeType_t}. */
  int computeType() {
    return computeType;
  }
}
