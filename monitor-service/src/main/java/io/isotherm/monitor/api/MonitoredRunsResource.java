package io.isotherm.monitor.api;

import io.isotherm.monitor.view.MonitoredRuns;
import io.isotherm.monitor.view.RunDetails;
import io.isotherm.monitor.view.RunHead;
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
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
public class MonitoredRunsResource {

  private final MonitoredRuns runs;
  private final Watchers watchers;

  /** The resource over all runs of this process. */
  public MonitoredRunsResource(MonitoredRuns runs, Watchers watchers) {
    this.runs = runs;
    this.watchers = watchers;
  }

  /** All runs: those that run first, then the newest. */
  @GET
  @Operation(summary = "All runs: those that run first, then the newest")
  public List<RunHead> runs() {
    return runs.runs();
  }

  /** One run with its history. */
  @GET
  @Path("/{run}")
  @Operation(summary = "One run with its layers, decisions and series over steps")
  @APIResponse(responseCode = "200", description = "What is known of the run")
  @APIResponse(responseCode = "404", description = "Nothing is known of it")
  public RunDetails run(String run) {
    return runs.run(run).orElseThrow(() -> new UnknownRunException(run));
  }

  /** What changes of one run, until the client goes or is too slow. */
  @GET
  @Path("/{run}/events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(
      summary = "What changes of one run, as server-sent events",
      description =
          "Events: hello at once, then described, progressed, answered, decided and shadowed, each"
              + " with the run's head and a version, and alive in between. Read the run after hello;"
              + " an event with a version up to the one read is already in it. After described, read"
              + " the run anew: its description, its incarnation or whether it is lost has changed, or"
              + " more of its history has been read. A client that does not keep up is"
              + " disconnected.")
  @APIResponse(responseCode = "200", description = "The events")
  @APIResponse(responseCode = "404", description = "Nothing is known of the run")
  @APIResponse(responseCode = "503", description = "Too many clients are watching")
  public Multi<OutboundSseEvent> events(
      String run, @Context Sse sse, @Context HttpServerRequest request) {
    if (!runs.knows(run)) {
      throw new UnknownRunException(run);
    }
    return watchers
        .watch(run, () -> request.connection().close())
        .map(event -> sse.newEventBuilder().name(event.name()).data(event.json()).build());
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
        .entity(new ErrorMessage(e.getMessage()))
        .build();
  }
}
