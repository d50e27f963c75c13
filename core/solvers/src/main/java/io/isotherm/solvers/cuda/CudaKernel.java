package io.isotherm.solvers.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/**
 * One function of our own on a device.
 *
 * @param driver that has loaded it
 * @param calls reads what the driver says
 * @param name of the function
 * @param function as the driver knows it
 */
record CudaKernel(CudaDriver driver, CudaCalls calls, String name, Pointer function) {

  private static final int MOST_ARGUMENT_BYTES = Long.BYTES;

  /** A function of a module that is loaded on the device which the thread uses. */
  static CudaKernel of(
      CudaDriver driver, CudaCalls calls, Pointer module, String name, int sharedBytes) {
    PointerByReference function = new PointerByReference();
    calls.check("cuModuleGetFunction", driver.cuModuleGetFunction(function, module, name));
    calls.check(
        "cuFuncSetAttribute",
        driver.cuFuncSetAttribute(function.getValue(), CudaDriver.MOST_SHARED_BYTES, sharedBytes));
    return new CudaKernel(driver, calls, name, function.getValue());
  }

  /**
   * How it is launched.
   *
   * @param blocks along x
   * @param rows of blocks, along y
   * @param threads of each block
   * @param sharedBytes of each block
   */
  record Grid(int blocks, int rows, int threads, int sharedBytes) {}

  /**
   * Puts a launch into a stream.
   *
   * @param arguments ints, longs and addresses on the device, as the function has them
   */
  void launch(CudaStream stream, Grid grid, Object... arguments) {
    try (Memory values = new Memory((long) arguments.length * MOST_ARGUMENT_BYTES);
        Memory addresses = new Memory((long) arguments.length * Native.POINTER_SIZE)) {
      for (int i = 0; i < arguments.length; i++) {
        Pointer value = values.share((long) i * MOST_ARGUMENT_BYTES);
        put(value, arguments[i]);
        addresses.setPointer((long) i * Native.POINTER_SIZE, value);
      }
      calls.check(
          "cuLaunchKernel of " + name,
          driver.cuLaunchKernel(
              function,
              grid.blocks(),
              grid.rows(),
              1,
              grid.threads(),
              1,
              1,
              grid.sharedBytes(),
              stream.stream(),
              addresses,
              null));
    }
  }

  private static void put(Pointer value, Object argument) {
    if (argument instanceof Integer number) {
      value.setInt(0, number);
    } else if (argument instanceof Long number) {
      value.setLong(0, number);
    } else {
      value.setPointer(0, (Pointer) argument);
    }
  }
}
