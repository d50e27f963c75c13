package io.isotherm.spectral.health;

import io.isotherm.spectral.work.WorkerPool;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Down when a solver is broken: only a new process can help. */
@Liveness
@ApplicationScoped
public class SolversAlive implements HealthCheck {

  private final WorkerPool workers;

  SolversAlive(WorkerPool workers) {
    this.workers = workers;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("eigenvalue solvers").status(!workers.isBroken()).build();
  }
}
