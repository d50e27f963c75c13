package io.isotherm.monitor.api;

import io.isotherm.monitor.feed.FeedStatus;
import io.isotherm.monitor.feed.TopicFeed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Whether what the monitor shows is all there is. */
@Path("/api/status")
@Produces(MediaType.APPLICATION_JSON)
public class FeedStatusResource {

  private final TopicFeed feed;

  /** The resource over the one feed. */
  public FeedStatusResource(TopicFeed feed) {
    this.feed = feed;
  }

  /** How the monitor itself is doing. */
  @GET
  @Operation(summary = "How the monitor itself is doing, and whether history is still being read")
  public FeedStatus status() {
    return feed.status();
  }
}
