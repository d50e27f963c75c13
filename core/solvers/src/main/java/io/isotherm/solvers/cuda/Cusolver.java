package io.isotherm.solvers.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** What is used of {@code cusolverDn.h}. */
interface Cusolver extends Library {

  /** {@code CUSOLVER_EIG_MODE_NOVECTOR}. */
  int VALUES_ONLY = 0;

  /** {@code CUSOLVER_STATUS_ALLOC_FAILED}. */
  int ALLOCATION_FAILED = 2;

  int cusolverDnCreate(PointerByReference handle);

  int cusolverDnDestroy(Pointer handle);

  int cusolverDnSetStream(Pointer handle, Pointer stream);

  int cusolverDnCreateParams(PointerByReference params);

  int cusolverDnDestroyParams(Pointer params);

  int cusolverDnXsyevd_bufferSize(
      Pointer handle,
      Pointer params,
      int jobz,
      int uplo,
      long n,
      int typeA,
      Pointer a,
      long lda,
      int typeW,
      Pointer w,
      int computeType,
      LongByReference deviceBytes,
      LongByReference hostBytes);

  int cusolverDnXsyevd(
      Pointer handle,
      Pointer params,
      int jobz,
      int uplo,
      long n,
      int typeA,
      Pointer a,
      long lda,
      int typeW,
      Pointer w,
      int computeType,
      Pointer deviceBuffer,
      long deviceBytes,
      Pointer hostBuffer,
      long hostBytes,
      Pointer info);
}
