package io.isotherm.solvers;

import io.isotherm.checks.OneLine;
import io.isotherm.spectra.SolverException;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.factory.Nd4j;

/** Loads ND4J's backend and says in one line why it does not load. */
final class Nd4jBackends {

  /** What only ND4J's CUDA backend brings. */
  private static final String CUDA_RUNTIME = "org.bytedeco.cuda.global.cudart";

  private static String found;
  private static String broken;

  private Nd4jBackends() {}

  /**
   * The name of the backend that was found: {@code cpu} or {@code cuda}. Looked for once: only the
   * first failure tells its reason, and several workers start at once.
   *
   * @throws SolverException if there is none or it does not load
   */
  static synchronized String load() {
    if (broken != null) {
      throw new SolverException(broken);
    }
    if (found == null) {
      NativeBlock.liftBounds();
      try {
        loadCudaIfPresent();
        String type = Nd4j.getBackend().getClass().getSimpleName().toLowerCase(Locale.ROOT);
        found = type.contains("cublas") ? "cuda" : "cpu";
      } catch (LinkageError | RuntimeException e) {
        broken = explain(e);
        throw new SolverException(broken, e);
      }
    }
    return found;
  }

  /**
   * ND4J swallows the reason why CUDA does not load, and cannot be asked again in the same process;
   * so CUDA goes first.
   */
  private static void loadCudaIfPresent() {
    Optional<Class<?>> cuda = cudaRuntime();
    if (cuda.isPresent()) {
      Loader.load(cuda.get());
    }
  }

  /** Whether ND4J's CUDA backend is on the class path. Loads nothing native. */
  static boolean isCudaBuild() {
    return cudaRuntime().isPresent();
  }

  private static Optional<Class<?>> cudaRuntime() {
    try {
      return Optional.of(Class.forName(CUDA_RUNTIME, false, Nd4jBackends.class.getClassLoader()));
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }

  /** One line for the reader, from what ND4J or the loader of native libraries threw. */
  static String explain(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = OneLine.first(root.getMessage());
    if (reason.contains("libcuda.so")) {
      return "no CUDA driver on this machine: libcuda.so.1 was not found; build without -Dcuda to"
          + " use the CPU";
    }
    if (isCudaBuild()) {
      return "CUDA does not load on this machine, it needs an NVIDIA driver and the libraries of CUDA"
          + " 11.6; build without -Dcuda to use the CPU: "
          + reason;
    }
    return "ND4J found no backend that works on this machine: %s: %s"
        .formatted(root.getClass().getSimpleName(), reason);
  }
}
