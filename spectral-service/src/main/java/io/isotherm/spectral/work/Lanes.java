package io.isotherm.spectral.work;

import io.isotherm.solvers.SolverChoice;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.cuda.CudaLibraries;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.SolverException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * What layers are computed on: the processors, or one lane for each GPU.
 *
 * @param choice of the solver, and why
 * @param solvers each makes the solver of one worker
 */
public record Lanes(SolverChoice choice, List<Supplier<EigenvalueSolver>> solvers) {

  /** Copies the list. */
  public Lanes {
    solvers = List.copyOf(solvers);
  }

  /**
   * The lanes of this machine. Where GPUs are asked for and cannot be used, there is one solver, of
   * which the creation says why not.
   *
   * @param devices that are used if the choice computes on GPUs
   * @param workers on the processors, or on each GPU
   * @param affordable of a usual number of workers, how many the memory is enough for
   */
  public static Lanes of(
      SolverChoice choice, Devices devices, OptionalInt workers, IntUnaryOperator affordable) {
    SolverKind kind = choice.kind();
    int count = workers.orElseGet(() -> affordable.applyAsInt(kind.usualWorkers()));
    if (kind != SolverKind.CUSOLVER) {
      return new Lanes(choice, Collections.nCopies(count, kind::create));
    }
    List<Supplier<EigenvalueSolver>> solvers = new ArrayList<>();
    try {
      List<Integer> numbers = devices.among(CudaLibraries.load().devices().size());
      for (int worker = 0; worker < count; worker++) {
        numbers.forEach(number -> solvers.add(() -> kind.createOn(number)));
      }
    } catch (SolverException e) {
      return new Lanes(choice, List.of(kind::create));
    }
    return new Lanes(choice, solvers);
  }
}
