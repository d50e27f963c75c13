package io.isotherm.solvers.cuda;

import io.isotherm.spectra.Precision;

/** The numbers that the device computes in, as CUDA's libraries name them. */
enum Real {
  /** {@code CUDA_R_32F}. */
  SINGLE("float", Float.BYTES, 0, Cublas.COMPUTE_32F),
  /** {@code CUDA_R_64F}. */
  DOUBLE("double", Double.BYTES, 1, Cublas.COMPUTE_64F);

  private final String cName;
  private final int bytes;
  private final int type;
  private final int computeType;

  Real(String cName, int bytes, int type, int computeType) {
    this.cName = cName;
    this.bytes = bytes;
    this.type = type;
    this.computeType = computeType;
  }

  static Real of(Precision precision) {
    return precision == Precision.FP32 ? SINGLE : DOUBLE;
  }

  /** What it is called in C. */
  String cName() {
    return cName;
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
