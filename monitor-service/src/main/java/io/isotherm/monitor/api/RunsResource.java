package io.isotherm.monitor.api;

import io.isotherm.monitor.feed.FeedStatus;
import io.isotherm.monitor.feed.TopicFeed;
import io.isotherm.monitor.view.RunBoard;
import io.isotherm.monitor.view.RunHead;
import io.isotherm.monitor.view.RunPage;
import io.smallrye.mutiny.Multi;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What the page and any other reader may ask for. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
public class RunsResource {

  private final RunBoard board;
  private final Watchers watchers;
  private final TopicFeed feed;

  /** The resource over one board. */
  public RunsResource(RunBoard board, Watchers watchers, TopicFeed feed) {
    this.board = board;
    this.watchers = watchers;
    this.feed = feed;
  }

  /** All runs: those that run first, then the newest. */
  @GET
  @Path("/runs")
  @Operation(summary = "All runs: those that run first, then the newest")
  public List<RunHead> runs() {
    return board.runs();
  }

  /** One run with its history. */
  @GET
  @Path("/runs/{run}")
  @Operation(summary = "One run with its layers, decisions and series over steps")
  @APIResponse(responseCode = "200", description = "What is known of the run")
  @APIResponse(responseCode = "404", description = "Nothing is known of it")
  public RunPage run(String run) {
    return board.run(run).orElseThrow(() -> new UnknownRunException(run));
  }

  /** What changes of one run, until the client goes or is too slow. */
  @GET
  @Path("/runs/{run}/events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(
      summary = "What changes of one run, as server-sent events",
      description =
          "Events: hello at once, then described, progressed, answered, decided and shadowed, each"
              + " with the run's head and a version, and alive in between. Read the run after hello;"
              + " an event with a version up to the one read is already in it. A client that does not"
              + " keep up is disconnected.")
  @APIResponse(responseCode = "200", description = "The events")
  @APIResponse(responseCode = "404", description = "Nothing is known of the run")
  @APIResponse(responseCode = "503", description = "Too many clients are watching")
  public Multi<OutboundSseEvent> events(
      String run, @Context Sse sse, @Context HttpServerRequest request) {
    if (!board.knows(run)) {
      throw new UnknownRunException(run);
    }
    return watchers
        .watch(run, () -> request.connection().close())
        .map(event -> sse.newEventBuilder().name(event.name()).data(event.json()).build());
  }

  /** How the monitor itself is doing. */
  @GET
  @Path("/status")
  @Operation(summary = "How the monitor itself is doing")
  public FeedStatus status() {
    return feed.status();
  }

  @ServerExceptionMapper
  Response unknown(UnknownRunException e) {
    return answer(Response.Status.NOT_FOUND, e);
  }

  @ServerExceptionMapper
  Response tooMany(TooManyWatchersException e) {
    return answer(Response.Status.SERVICE_UNAVAILABLE, e);
  }

  private static Response answer(Response.Status status, Exception e) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(new Message(e.getMessage()))
        .build();
  }
}
