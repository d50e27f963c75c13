package io.isotherm.spectral.health;

import io.isotherm.spectral.work.WorkerPool;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Down when a solver is broken, with the reason: only a new process can help. */
@Liveness
@ApplicationScoped
public class SolversAlive implements HealthCheck {

  private final WorkerPool workers;

  SolversAlive(WorkerPool workers) {
    this.workers = workers;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> reason = workers.brokenReason();
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("eigenvalue solvers").status(reason.isEmpty());
    reason.ifPresent(why -> response.withData("reason", why));
    return response.build();
  }
}
