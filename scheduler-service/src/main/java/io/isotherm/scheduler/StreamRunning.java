package io.isotherm.scheduler;

import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.streams.KafkaStreams;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready means that decisions are being made: the topics exist, which the Kafka Streams extension
 * checks, and the partitions are assigned and their state restored, which is checked here.
 */
@Readiness
@ApplicationScoped
public class StreamRunning implements HealthCheck {

  private final KafkaStreams streams;

  /** Watches the one topology of this process. */
  public StreamRunning(KafkaStreams streams) {
    this.streams = streams;
  }

  @Override
  public HealthCheckResponse call() {
    KafkaStreams.State state = streams.state();
    return HealthCheckResponse.named("Scheduler topology")
        .status(state == KafkaStreams.State.RUNNING)
        .withData("state", state.name())
        .build();
  }
}
