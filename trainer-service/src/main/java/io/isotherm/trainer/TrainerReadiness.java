package io.isotherm.trainer;

import io.isotherm.trainer.run.Trainer;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when the native libraries are loaded and a step has been trained. Says nothing of Kafka:
 * training goes on without it.
 */
@Readiness
@ApplicationScoped
public class TrainerReadiness implements HealthCheck {

  private final Trainer trainer;

  TrainerReadiness(Trainer trainer) {
    this.trainer = trainer;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("training")
        .status(trainer.ready())
        .withData("reason", trainer.readiness())
        .build();
  }
}
