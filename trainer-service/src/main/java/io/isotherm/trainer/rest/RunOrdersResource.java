package io.isotherm.trainer.rest;

import io.isotherm.checks.OneLine;
import io.isotherm.rest.ErrorBody;
import io.isotherm.trainer.run.OrderBook;
import jakarta.validation.Valid;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;

/** Orders, lists and stops runs. */
@Path("/runs")
@Produces(MediaType.APPLICATION_JSON)
public class RunOrdersResource {

  private static final int TOO_MANY_REQUESTS = 429;

  private final OrderBook orders;
  private final OrderDefaults defaults;

  RunOrdersResource(OrderBook orders, OrderDefaults defaults) {
    this.orders = orders;
    this.defaults = defaults;
  }

  /** Orders a run. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Order a run; every field but run has a default")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              examples =
                  @ExampleObject(
                      name = "balanced",
                      value =
                          "{\"run\": \"demo\", \"epochs\": 10, \"seed\": 1,"
                              + " \"policy\": {\"name\": \"linear\"},"
                              + " \"shadows\": {\"careful\": {\"name\": \"linear\","
                              + " \"minFactor\": 0.8, \"maxFactor\": 1.2}},"
                              + " \"estimator\": \"farms\","
                              + " \"every\": {\"epochs\": 1}}")))
  @APIResponse(
      responseCode = "202",
      description = "The run waits for its turn",
      content = @Content(schema = @Schema(implementation = RunStatus.class)))
  @APIResponse(
      responseCode = "400",
      description = "A field has a bad value",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @APIResponse(
      responseCode = "409",
      description = "A run of that name waits or is being trained",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @APIResponse(
      responseCode = "429",
      description = "Too many runs wait",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  public RestResponse<Object> order(@Valid RunRequest body) {
    OrderBook.Answer answer = orders.submit(defaults.complete(body));
    if (answer instanceof OrderBook.NameInUse inUse) {
      return error(
          RestResponse.Status.CONFLICT.getStatusCode(),
          "run '%s' is %s; take another name or stop it first"
              .formatted(inUse.by().order().run(), inUse.by().state().label()),
          "run",
          inUse.by().order().run());
    }
    if (answer instanceof OrderBook.QueueFull full) {
      return error(
          TOO_MANY_REQUESTS,
          "%d runs wait already; try again later or raise isotherm.trainer.queue-capacity"
              .formatted(full.capacity()),
          "",
          "");
    }
    return RestResponse.status(
        RestResponse.Status.ACCEPTED, RunStatus.of(((OrderBook.Accepted) answer).run()));
  }

  /** Lists the runs. */
  @GET
  @Operation(summary = "All runs that the trainer remembers, in the order of their orders")
  public List<RunStatus> all() {
    return orders.all().stream().map(RunStatus::of).toList();
  }

  /** Shows one run. */
  @GET
  @Path("/{run}")
  @Operation(summary = "One run")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = RunStatus.class)))
  @APIResponse(responseCode = "404", description = "No such run")
  public RestResponse<Object> one(String run) {
    return orders
        .find(run)
        .map(found -> RestResponse.<Object>ok(RunStatus.of(found)))
        .orElseGet(() -> unknown(run));
  }

  /** Stops one run. */
  @DELETE
  @Path("/{run}")
  @Operation(summary = "Stop a run before its next step; one that has ended stays as it is")
  @APIResponse(
      responseCode = "202",
      content = @Content(schema = @Schema(implementation = RunStatus.class)))
  @APIResponse(responseCode = "404", description = "No such run")
  public RestResponse<Object> stop(String run) {
    return orders
        .find(run)
        .map(
            found -> {
              found.stop();
              return RestResponse.<Object>status(RestResponse.Status.ACCEPTED, RunStatus.of(found));
            })
        .orElseGet(() -> unknown(run));
  }

  private static RestResponse<Object> unknown(String run) {
    return error(
        RestResponse.Status.NOT_FOUND.getStatusCode(),
        "there is no run %s here".formatted(OneLine.quoted(run)),
        "run",
        OneLine.quoted(run));
  }

  private static RestResponse<Object> error(
      int status, String message, String field, String value) {
    return RestResponse.ResponseBuilder.<Object>create(status)
        .entity(new ErrorBody(message, field, value))
        .type(MediaType.APPLICATION_JSON_TYPE)
        .build();
  }
}
