package io.isotherm.gpucheck;

import io.isotherm.gpucheck.torch.Torch;
import io.isotherm.gpucheck.torch.TorchException;
import io.isotherm.gpucheck.work.Workers;
import io.isotherm.solvers.SolverKind;
import java.util.Optional;

/** What computes in this check, each made when it is first needed. */
final class Engines implements AutoCloseable {

  /** Workers on the GPU, each with a stream of its own. */
  static final int GPU_WORKERS = 8;

  /** Torch on the GPU, in {@link #rates()}. */
  static final String TORCH = "torch";

  private final Rates rates = new Rates();
  private final String python;
  private final Results results;
  private Workers gpu;
  private Workers cpu;
  private Optional<Torch> torch;

  Engines(String python, Results results) {
    this.python = python;
    this.results = results;
  }

  /** Some workers on the GPU, in {@link #rates()}. */
  static String gpu(int workers) {
    return "gpu" + workers;
  }

  /** Some workers of the CPU engine, in {@link #rates()}. */
  static String cpu(int workers) {
    return "cpu" + workers;
  }

  /** How fast each was last. */
  Rates rates() {
    return rates;
  }

  Workers gpu() {
    if (gpu == null) {
      gpu = new Workers(GPU_WORKERS, SolverKind.CUSOLVER::create);
    }
    return gpu;
  }

  /** One worker of one thread per core. */
  Workers cpu() {
    if (cpu == null) {
      int cores = Runtime.getRuntime().availableProcessors();
      cpu = new Workers(cores, SolverKind.LAPACK::create);
      results.progress("CPU engine: %d workers of one thread each", cores);
    }
    return cpu;
  }

  /** Torch on the GPU, where there is one. */
  Optional<Torch> torch() {
    if (torch == null) {
      torch = start("cuda");
    }
    return torch;
  }

  /** Torch on a device; the caller closes it. */
  Optional<Torch> start(String device) {
    try {
      Torch started = new Torch(python, device);
      results.progress("%s", started.description());
      return Optional.of(started);
    } catch (TorchException e) {
      results.leaveOut("torch on %s: %s", device, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    if (gpu != null) {
      gpu.close();
    }
    if (cpu != null) {
      cpu.close();
    }
    if (torch != null) {
      torch.ifPresent(Torch::close);
    }
  }
}
