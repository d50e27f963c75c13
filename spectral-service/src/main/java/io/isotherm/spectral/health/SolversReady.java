package io.isotherm.spectral.health;

import io.isotherm.solvers.CpuKernels;
import io.isotherm.solvers.SolverChoice;
import io.isotherm.spectral.work.WorkerPool;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Up when every worker's solver has proven itself; says which solver that is and why, and which
 * kernels compute, and how fast, where that is the CPU.
 */
@Readiness
@ApplicationScoped
public class SolversReady implements HealthCheck {

  private final WorkerPool workers;
  private final SolverChoice solver;

  SolversReady(WorkerPool workers, SolverChoice solver) {
    this.workers = workers;
    this.solver = solver;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("eigenvalue solvers")
            .status(workers.isReady())
            .withData("solver", solver.kind().label())
            .withData("reason", solver.reason());
    CpuKernels.known().ifPresent(kernels -> describe(kernels, response));
    return response.build();
  }

  private static void describe(CpuKernels kernels, HealthCheckResponseBuilder response) {
    response
        .withData("processor", kernels.processor())
        .withData("openBlas", kernels.openBlas())
        .withData("coreType", kernels.coreType())
        .withData("vectorBits", kernels.vectorBits())
        .withData("gigaflops", Math.round(kernels.gigaflops()));
    kernels.warning().ifPresent(warning -> response.withData("warning", warning));
  }
}
