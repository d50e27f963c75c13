package io.isotherm.scheduler.rest;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Control.Command;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.rest.ErrorBody;
import io.isotherm.rest.RefusedRequestException;
import io.isotherm.scheduler.ControlWriter;
import io.isotherm.scheduler.RunStores;
import io.isotherm.scheduler.rules.RunState;
import io.vertx.core.http.HttpServerRequest;
import jakarta.validation.Valid;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
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

  /** Lets a run keep its factors. */
  @POST
  @Path("/hold")
  @Operation(summary = "Let the run keep the factors of its last decision")
  public RestResponse<Object> hold(
      String run,
      @Valid SignedRequest body,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy,
      @Context HttpServerRequest request) {
    Optional<String> by = signature(body.by(), request);
    return order(run, "hold", new Command.Hold(), by, new SignedRequest(by), forwardedBy);
  }

  /** Ends a hold. */
  @POST
  @Path("/resume")
  @Operation(summary = "End a hold")
  public RestResponse<Object> resume(
      String run,
      @Valid SignedRequest body,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy,
      @Context HttpServerRequest request) {
    Optional<String> by = signature(body.by(), request);
    return order(run, "resume", new Command.Resume(), by, new SignedRequest(by), forwardedBy);
  }

  /** Puts another policy in force. */
  @POST
  @Path("/policy")
  @Operation(summary = "Put another policy in force; what is left out is as published")
  @RequestBody(
      required = true,
      content =
          @Content(
              examples =
                  @ExampleObject(
                      name = "narrower",
                      value =
                          "{\"by\": \"ada\", \"policy\": {\"name\": \"linear\","
                              + " \"minFactor\": 0.8, \"maxFactor\": 1.2}}")))
  public RestResponse<Object> policy(
      String run,
      @Valid PolicyRequest body,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy,
      @Context HttpServerRequest request) {
    Optional<String> by = signature(body.by(), request);
    return order(
        run,
        "policy",
        new Command.ChangePolicy(body.policy()),
        by,
        new PolicyRequest(by, body.policy()),
        forwardedBy);
  }

  /** Who gives the order: whom the body names, or else the caller's address. */
  private static Optional<String> signature(Optional<String> by, HttpServerRequest request) {
    return Optional.of(by.orElseGet(() -> request.remoteAddress().hostAddress()));
  }

  /** Writes the command where the run is, here or, with {@code signed} as its body, elsewhere. */
  private RestResponse<Object> order(
      String run,
      String action,
      Command command,
      Optional<String> by,
      Record signed,
      String forwardedBy) {
    return owners.answer(
        run,
        forwardedBy,
        () -> write(run, command, by.orElseThrow()),
        owner -> instances.post(owner, "/runs/" + run + "/" + action, signed));
  }

  private RestResponse<Object> write(String run, Command command, String by) {
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
    requireReported(command, description.get().estimator());
    Control control =
        new Control(
            run, description.get().incarnation(), command, new Signature(by, clock.millis()));
    writer.write(control);
    return Errors.json(RestResponse.StatusCode.ACCEPTED, ControlAnswer.of(control));
  }

  /** Refuses a policy by a metric that the run's estimator does not report. */
  private static void requireReported(Command command, EstimatorSpec estimator) {
    if (command instanceof Command.ChangePolicy change) {
      try {
        PolicyReader.requireReported(change.policy(), estimator);
      } catch (InvalidJsonException e) {
        throw new RefusedRequestException("policy." + e.field(), e.value(), e.getMessage());
      }
    }
  }
}
