package io.isotherm.monitor.feed;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the newest of what was on the broker at the start has been read; the older records
 * come behind it. It stays so when the broker goes away later: what is known can still be looked
 * at, and the page says how old it is.
 */
@Readiness
@ApplicationScoped
class FeedReadiness implements HealthCheck {

  private final TopicFeed feed;

  FeedReadiness(TopicFeed feed) {
    this.feed = feed;
  }

  @Override
  public HealthCheckResponse call() {
    FeedStatus status = feed.status();
    return HealthCheckResponse.named("caught up with the broker")
        .status(status.caughtUp())
        .withData("brokerReachable", status.brokerReachable())
        .withData("missingTopics", String.join(",", status.missingTopics()))
        .withData("records", status.records())
        .withData("historyComplete", status.history().complete())
        .build();
  }
}
