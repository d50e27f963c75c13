package io.isotherm.scheduler.rest;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.scheduler.ControlWriter;
import io.isotherm.scheduler.RunStores;
import io.isotherm.scheduler.rules.RunState;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;

/** Takes controls of a run and writes them to Kafka, from where they take effect. */
@Path("/runs/{run}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@APIResponse(
    responseCode = "202",
    description = "Written down; in force from the run's next decision to its incarnation's end",
    content = @Content(schema = @Schema(implementation = ControlAnswer.class)))
@APIResponse(
    responseCode = "400",
    description = "A field has a bad value",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@APIResponse(
    responseCode = "404",
    description = "No such run",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@APIResponse(
    responseCode = "409",
    description = "The run has ended",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@APIResponse(
    responseCode = "503",
    description = "Kafka does not confirm, or the run is changing hands; look, then try again",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
public class ControlsResource {

  private final RunStores stores;
  private final Owners owners;
  private final InstanceClient instances;
  private final ControlWriter writer;
  private final InstantSource clock = InstantSource.system();

  ControlsResource(
      RunStores stores, Owners owners, InstanceClient instances, ControlWriter writer) {
    this.stores = stores;
    this.owners = owners;
    this.instances = instances;
    this.writer = writer;
  }

  /** Who sends a request, and in what. */
  private record Caller(String address, String forwardedBy, boolean sendsJson) {}

  /** Lets a run keep its factors. */
  @POST
  @Path("/hold")
  @Operation(summary = "Let the run keep the factors of its last decision")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = ControlSchema.Signed.class)))
  public RestResponse<Object> hold(
      String run,
      String body,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy,
      @Context HttpHeaders headers,
      @Context HttpServerRequest request)
      throws InvalidRequestException {
    return take(ControlOrder.Kind.HOLD, run, body, caller(forwardedBy, headers, request));
  }

  /** Ends a hold. */
  @POST
  @Path("/resume")
  @Operation(summary = "End a hold")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = ControlSchema.Signed.class)))
  public RestResponse<Object> resume(
      String run,
      String body,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy,
      @Context HttpHeaders headers,
      @Context HttpServerRequest request)
      throws InvalidRequestException {
    return take(ControlOrder.Kind.RESUME, run, body, caller(forwardedBy, headers, request));
  }

  /** Puts another policy in force. */
  @POST
  @Path("/policy")
  @Operation(summary = "Put another policy in force; what is left out is as published")
  @RequestBody(
      required = true,
      content =
          @Content(
              schema = @Schema(implementation = ControlSchema.PolicyOrder.class),
              examples =
                  @ExampleObject(
                      name = "narrower",
                      value =
                          "{\"by\": \"ada\", \"policy\": {\"name\": \"linear\","
                              + " \"minFactor\": 0.8, \"maxFactor\": 1.2}}")))
  public RestResponse<Object> policy(
      String run,
      String body,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy,
      @Context HttpHeaders headers,
      @Context HttpServerRequest request)
      throws InvalidRequestException {
    return take(ControlOrder.Kind.POLICY, run, body, caller(forwardedBy, headers, request));
  }

  private static Caller caller(String forwardedBy, HttpHeaders headers, HttpServerRequest request) {
    return new Caller(
        request.remoteAddress().hostAddress(), forwardedBy, headers.getMediaType() != null);
  }

  private RestResponse<Object> take(ControlOrder.Kind kind, String run, String body, Caller caller)
      throws InvalidRequestException {
    // A page that a browser has open elsewhere can send a request without a type, but not JSON.
    if (!caller.sendsJson()) {
      return Errors.json(
          RestResponse.StatusCode.UNSUPPORTED_MEDIA_TYPE,
          ErrorBody.of("send JSON: with 'Content-Type: application/json' and at least {}"));
    }
    ControlOrder order = ControlOrder.read(kind, body, caller.address());
    String path = "/runs/" + run + "/" + kind.name().toLowerCase(Locale.ROOT);
    return owners.answer(
        run,
        caller.forwardedBy(),
        () -> write(run, order),
        owner -> instances.post(owner, path, order.toJson()));
  }

  private RestResponse<Object> write(String run, ControlOrder order)
      throws InvalidRequestException {
    RunState state = stores.find(run).orElse(RunState.EMPTY);
    Optional<RunDescription> description = state.description();
    if (description.isEmpty()) {
      return Errors.unknown(run);
    }
    if (!state.isRunning()) {
      return Errors.json(
          RestResponse.StatusCode.CONFLICT,
          ErrorBody.of("run '%s' has ended: it is %s".formatted(run, RunSummary.phase(state))));
    }
    order.requireReported(description.get().estimator());
    Control control =
        new Control(
            run,
            description.get().incarnation(),
            order.command(),
            new Signature(order.by(), clock.millis()));
    writer.write(control);
    return Errors.json(RestResponse.StatusCode.ACCEPTED, ControlAnswer.of(control));
  }
}
