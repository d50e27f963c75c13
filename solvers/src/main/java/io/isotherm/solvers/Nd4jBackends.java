package io.isotherm.solvers;

import io.isotherm.spectra.SolverException;
import java.util.Locale;
import org.nd4j.linalg.factory.Nd4j;

/** Loads ND4J's backend and says in one line why it does not load. */
final class Nd4jBackends {

  private Nd4jBackends() {}

  /**
   * The name of the backend that was found: {@code cpu} or {@code cuda}.
   *
   * @throws SolverException if there is none or it does not load
   */
  static String load() {
    try {
      String type = Nd4j.getBackend().getClass().getSimpleName().toLowerCase(Locale.ROOT);
      return type.contains("cuda") || type.contains("jcublas") ? "cuda" : "cpu";
    } catch (LinkageError | RuntimeException e) {
      throw new SolverException(explain(e), e);
    }
  }

  /** One line for the reader, from what ND4J threw. */
  static String explain(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("libcuda.so")) {
        return "no CUDA driver on this machine: libcuda.so.1 was not found; build without -Dcuda to"
            + " use the CPU";
      }
    }
    return "ND4J found no backend that works on this machine: " + failure;
  }
}
