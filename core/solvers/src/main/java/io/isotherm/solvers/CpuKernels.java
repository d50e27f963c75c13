package io.isotherm.solvers;

import io.isotherm.solvers.kernel.VectorUnit;
import io.isotherm.spectra.SolverException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The kernels that the solvers of this process run on the CPU: those that OpenBLAS chose for the
 * processor, and our own.
 *
 * @param processor its name
 * @param openBlas version of OpenBLAS
 * @param coreType the processor for which OpenBLAS' kernels are made, in its words: {@code Zen}
 * @param vectorBits length of the vectors of our own kernels; 0 where they are not used
 * @param gigaflops speed of a product of matrices in single precision on one thread
 * @param warning one line for the reader, if the processor can clearly do more
 */
public record CpuKernels(
    String processor,
    String openBlas,
    String coreType,
    int vectorBits,
    double gigaflops,
    Optional<String> warning) {

  /** The environment variable by which OpenBLAS is told which kernels to take. */
  public static final String CORE_TYPE_VARIABLE = "OPENBLAS_CORETYPE";

  private static final int ORDER = 384;
  private static final double FLOPS = 2.0 * ORDER * ORDER * ORDER;
  private static final long MEASURING_NANOS = 10_000_000;
  private static final Once OF_THIS_PROCESS = new Once();

  /**
   * Checks OpenBLAS' kernels and measures them, the first time in a process; that takes some tens
   * of milliseconds.
   *
   * @throws SolverException in one line, if OpenBLAS does not load or computes wrong results
   */
  public static CpuKernels ofThisProcess() {
    return OF_THIS_PROCESS.get();
  }

  /** What {@link #ofThisProcess()} found, if a solver on the CPU is warm. */
  public static Optional<CpuKernels> known() {
    return OF_THIS_PROCESS.known();
  }

  /** The kernels of a library on a processor. */
  static CpuKernels check(OpenBlas blas, Processor processor) {
    String coreType = blas.coreType();
    BlasCheck.firstFault(blas)
        .ifPresent(
            fault -> {
              throw new SolverException(explain(fault, blas.version(), coreType, processor));
            });
    return new CpuKernels(
        processor.model(),
        blas.version(),
        coreType,
        VectorUnit.bits(),
        gigaflops(blas),
        warning(coreType, processor));
  }

  static String explain(
      BlasCheck.Fault fault, String version, String coreType, Processor processor) {
    return String.format(
        Locale.ROOT,
        "OpenBLAS %s computes wrong results on this machine, processor %s, core type %s: %s is off"
            + " by %.1e where %.1e is allowed; %s",
        version,
        processor.model(),
        coreType,
        fault.routine(),
        fault.difference(),
        fault.allowed(),
        remedy(coreType));
  }

  /** What to do where OpenBLAS' kernels compute wrong results. */
  String remedy() {
    return remedy(coreType);
  }

  private static String remedy(String coreType) {
    return "set %s=%s in the environment to use other kernels"
        .formatted(CORE_TYPE_VARIABLE, InstructionSet.olderCoreType(coreType));
  }

  static Optional<String> warning(String coreType, Processor processor) {
    InstructionSet has = processor.instructionSet();
    InstructionSet used = InstructionSet.ofCoreType(coreType);
    if (used.compareTo(has) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        "OpenBLAS runs its kernels for %s, with %s, but the processor (%s) has %s: %s=%s in the"
                .formatted(
                    coreType,
                    used.label(),
                    processor.model(),
                    has.label(),
                    CORE_TYPE_VARIABLE,
                    has.coreType())
            + " environment is likely faster");
  }

  /** The best of some milliseconds of this thread's time: others may be busy on the machine. */
  private static double gigaflops(OpenBlas blas) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (FloatPointer a = new FloatPointer((long) ORDER * ORDER);
        FloatPointer b = new FloatPointer((long) ORDER * ORDER);
        FloatPointer c = new FloatPointer((long) ORDER * ORDER)) {
      a.zero();
      b.zero();
      long best = Long.MAX_VALUE;
      long begun = threads.getCurrentThreadCpuTime();
      long end = begun;
      while (end - begun < MEASURING_NANOS) {
        long start = end;
        blas.sgemm(ORDER, a, b, c);
        end = threads.getCurrentThreadCpuTime();
        best = Math.min(best, end - start);
      }
      return FLOPS / best;
    }
  }

  /** Remembers what it found, be it good or bad: several workers start at once. */
  private static final class Once {

    private CpuKernels found;
    private SolverException fault;

    synchronized Optional<CpuKernels> known() {
      return Optional.ofNullable(found);
    }

    synchronized CpuKernels get() {
      if (fault != null) {
        throw new SolverException(fault.getMessage(), fault);
      }
      if (found == null) {
        try {
          found = check(OpenBlas.load(), Processor.ofThisMachine());
        } catch (SolverException e) {
          fault = e;
          throw e;
        }
      }
      return found;
    }
  }
}
