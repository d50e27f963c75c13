package io.isotherm.gpucheck;

import io.isotherm.benchmarks.machine.Host;
import io.isotherm.checks.OneLine;
import io.isotherm.solvers.CpuKernels;
import io.isotherm.solvers.cuda.CudaLibraries;
import io.isotherm.spectra.SolverException;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Which card, driver, libraries and processor there are. */
final class MachinePart {

  private static final long SECONDS_TO_ANSWER = 20;

  private final Results results;

  MachinePart(Results results) {
    this.results = results;
  }

  /**
   * Looks and says, the processor first: what is on the CPU must work on any machine.
   *
   * @throws NoGpuException in one line, if there is no GPU that can be used
   * @throws UserError in one line, if OpenBLAS cannot be used
   */
  void run() {
    Host host = Host.look();
    CpuKernels kernels = kernels();
    results.progress("processor: %s, %d cores; %s", host.cpu(), host.cores(), host.java());
    results.progress(
        "CPU engine: OpenBLAS %s, kernels for %s, %.0f GFLOP/s a thread; own vectors of %d bits",
        kernels.openBlas(), kernels.coreType(), kernels.gigaflops(), kernels.vectorBits());
    kernels.warning().ifPresent(warning -> results.progress("%s", warning));
    host.warning().ifPresent(warning -> results.progress("%s", warning));
    String cuda = cuda();
    String card =
        firstLine(
                "nvidia-smi",
                "--query-gpu=name,driver_version,memory.total",
                "--format=csv,noheader")
            .orElse("not named, since nvidia-smi does not run");
    results.progress("card, driver, memory: %s", card);
    results.progress("CUDA: %s", cuda);
    results
        .json(Part.MACHINE.label())
        .put("card", card)
        .put("cuda", cuda)
        .put("processor", host.cpu())
        .put("cores", host.cores())
        .put("coreType", kernels.coreType())
        .put("gigaflopsPerThread", kernels.gigaflops())
        .put("vectorBits", kernels.vectorBits())
        .put("java", host.java());
  }

  private static CpuKernels kernels() {
    try {
      return CpuKernels.ofThisProcess();
    } catch (SolverException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static String cuda() {
    try {
      return CudaLibraries.load().description();
    } catch (SolverException e) {
      throw new NoGpuException(e);
    }
  }

  /** What a program says first; empty if there is no such program or it fails. */
  private static Optional<String> firstLine(String... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(SECONDS_TO_ANSWER, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0 && !output.isBlank()
          ? Optional.of(OneLine.first(output.strip()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
