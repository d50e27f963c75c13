package io.isotherm.scheduler;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.streams.KafkaStreams;

/** Whether this process would hear a trainer that speaks: whether the broker answers it. */
@ApplicationScoped
public class BrokerContact implements BooleanSupplier {

  /** Heartbeats go out every 3 seconds while the group's coordinator is known and answers. */
  private static final double MAX_SECONDS_WITHOUT_HEARTBEAT = 10;

  private static final String HEARTBEAT = "last-heartbeat-seconds-ago";

  private final Instance<KafkaStreams> streams;

  /** Asks for the streams later, since they begin with the topology that asks this. */
  public BrokerContact(Instance<KafkaStreams> streams) {
    this.streams = streams;
  }

  @Override
  public boolean getAsBoolean() {
    return streams.get().metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals(HEARTBEAT))
        .map(Metric::metricValue)
        .allMatch(ago -> ago instanceof Double seconds && isRecent(seconds));
  }

  /** It is -1 before the first one. */
  private static boolean isRecent(double secondsAgo) {
    return secondsAgo >= 0 && secondsAgo < MAX_SECONDS_WITHOUT_HEARTBEAT;
  }
}
