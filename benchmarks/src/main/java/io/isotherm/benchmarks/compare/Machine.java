package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.machine.Host;
import io.isotherm.solvers.CpuKernels;
import java.util.Optional;

/**
 * What the numbers were measured on.
 *
 * @param host the machine before the start
 * @param kernels that this engine runs on it
 * @param coreType what the environment told OpenBLAS to take, if it did: users have no such
 *     variable
 */
record Machine(Host host, CpuKernels kernels, Optional<String> coreType) {

  /** Looks at this machine. */
  static Machine look() {
    return new Machine(
        Host.look(),
        CpuKernels.ofThisProcess(),
        Optional.ofNullable(System.getenv(CpuKernels.CORE_TYPE_VARIABLE)));
  }

  /** Which kernels compute, in a few words. */
  String description() {
    return "OpenBLAS %s with kernels for %s (%s %s), our own with vectors of %d bits"
        .formatted(
            kernels.openBlas(),
            kernels.coreType(),
            CpuKernels.CORE_TYPE_VARIABLE,
            coreType.map(set -> "is set to " + set).orElse("is not set"),
            kernels.vectorBits());
  }
}
