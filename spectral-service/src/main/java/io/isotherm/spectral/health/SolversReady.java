package io.isotherm.spectral.health;

import io.isotherm.spectral.work.WorkerPool;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Up when every worker's solver has made its first call. */
@Readiness
@ApplicationScoped
public class SolversReady implements HealthCheck {

  private final WorkerPool workers;

  SolversReady(WorkerPool workers) {
    this.workers = workers;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("eigenvalue solvers").status(workers.isReady()).build();
  }
}
