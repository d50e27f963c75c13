package io.isotherm.solvers.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/**
 * What is used of {@code cuda.h}, the driver. It works on the device that the runtime has switched
 * the thread to, and its errors have the runtime's numbers.
 */
interface CudaDriver extends Library {

  /** {@code CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES}. */
  int MOST_SHARED_BYTES = 8;

  int cuModuleLoadData(PointerByReference module, Pointer image);

  int cuModuleGetFunction(PointerByReference function, Pointer module, String name);

  int cuFuncSetAttribute(Pointer function, int attribute, int value);

  int cuLaunchKernel(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Pointer stream,
      Pointer parameters,
      Pointer extra);
}
