package io.isotherm.solvers.cuda;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** What the solvers of this process share of a device. */
final class SharedDevice {

  private final CudaLibraries cuda;
  private final CudaDevice device;
  private final DeviceMemory memory;
  private final Semaphore multiprocessors;
  private final Map<Real, CudaKernels> kernels = new EnumMap<>(Real.class);

  SharedDevice(CudaLibraries cuda, CudaDevice device) {
    this.cuda = cuda;
    this.device = device;
    memory = new DeviceMemory(cuda.runtime(), device);
    multiprocessors = new Semaphore(device.multiprocessors(), true);
  }

  DeviceMemory memory() {
    return memory;
  }

  /** Blocks that wait for each other must all run at once: a permit for each, in turn. */
  Semaphore multiprocessors() {
    return multiprocessors;
  }

  /** The functions of our own, compiled at the first call. The thread must use this device. */
  synchronized CudaKernels kernels(Real real) {
    return kernels.computeIfAbsent(real, key -> CudaKernels.compile(cuda, device, key));
  }
}
