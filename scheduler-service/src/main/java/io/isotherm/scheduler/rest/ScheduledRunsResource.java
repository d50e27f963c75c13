package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.methods.json.Json;
import io.isotherm.rest.ErrorBody;
import io.isotherm.rest.RefusedRequestException;
import io.isotherm.scheduler.NotReadyException;
import io.isotherm.scheduler.RunStores;
import io.isotherm.scheduler.SchedulerConfig;
import io.isotherm.scheduler.rules.RunState;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;

/** What the scheduler knows of the runs; any instance answers for any run. */
@Path("/runs")
@Produces(MediaType.APPLICATION_JSON)
public class ScheduledRunsResource {

  private final RunStores stores;
  private final Owners owners;
  private final InstanceClient instances;
  private final int decisionsKept;

  ScheduledRunsResource(
      RunStores stores, Owners owners, InstanceClient instances, SchedulerConfig config) {
    this.stores = stores;
    this.owners = owners;
    this.instances = instances;
    this.decisionsKept = config.decisionsKept();
  }

  /** Lists the runs of all instances. */
  @GET
  @Operation(summary = "All runs of all instances, by name")
  @APIResponse(
      responseCode = "200",
      content =
          @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = RunSummary.class)))
  @APIResponse(
      responseCode = "503",
      description = "An instance does not answer, or runs are changing hands; ask again",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  public List<RunSummary> all(
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy) {
    List<RunSummary> runs = new ArrayList<>();
    if (forwardedBy != null) {
      runs.addAll(mine());
      return runs;
    }
    for (String instance : stores.instances()) {
      runs.addAll(instance.equals(stores.self()) ? mine() : of(instance));
    }
    runs.sort(Comparator.comparing(RunSummary::run));
    return runs;
  }

  /** Shows one run. */
  @GET
  @Path("/{run}")
  @Operation(summary = "One run: its policy, the last decision, the layers and the open steps")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = RunPage.class)))
  @APIResponse(
      responseCode = "404",
      description = "No such run",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @APIResponse(
      responseCode = "503",
      description = "The run is changing hands; ask again",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  public RestResponse<Object> one(
      String run,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy) {
    return atOwner(
        run,
        forwardedBy,
        "/runs/" + run,
        state -> RestResponse.ok(RunPage.of(run, state, stores.self())));
  }

  /** Shows the newest decisions of one run. */
  @GET
  @Path("/{run}/decisions")
  @Operation(
      summary = "The newest decisions of a run, the newest first",
      description =
          "As they stand on isotherm.learning-rates. Older ones than"
              + " isotherm.scheduler.decisions-kept are on that topic only.")
  @APIResponse(
      responseCode = "200",
      content =
          @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Decision.class)))
  @APIResponse(
      responseCode = "400",
      description = "The limit is no positive number",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @APIResponse(
      responseCode = "404",
      description = "No such run",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @APIResponse(
      responseCode = "503",
      description = "The run is changing hands; ask again",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  public RestResponse<Object> decisions(
      String run,
      @Parameter(
              description = "How many at most; as many as are kept if it is left out",
              schema = @Schema(type = SchemaType.INTEGER, minimum = "1"))
          @QueryParam("limit")
          String limit,
      @Parameter(hidden = true) @HeaderParam(InstanceClient.FORWARDED_BY) String forwardedBy) {
    int most = limit(limit);
    return atOwner(
        run,
        forwardedBy,
        "/runs/" + run + "/decisions?limit=" + most,
        state -> RestResponse.ok(stores.decisions(run, most)));
  }

  private RestResponse<Object> atOwner(
      String run, String forwardedBy, String path, Function<RunState, RestResponse<Object>> page) {
    return owners.answer(
        run,
        forwardedBy,
        () -> stores.find(run).map(page).orElseGet(() -> Errors.unknown(run)),
        owner -> instances.get(owner, path));
  }

  private List<RunSummary> mine() {
    return stores.all().entrySet().stream()
        .map(run -> RunSummary.of(run.getKey(), run.getValue(), stores.self()))
        .toList();
  }

  private List<RunSummary> of(String instance) {
    InstanceClient.Answer answer = instances.get(instance, "/runs");
    if (answer.status() != RestResponse.StatusCode.OK) {
      throw new NotReadyException(
          "the scheduler's instance %s cannot list its runs now; ask again in a moment"
              .formatted(instance));
    }
    try {
      return Json.MAPPER.readValue(answer.body(), new TypeReference<List<RunSummary>>() {});
    } catch (JsonProcessingException e) {
      throw new NotReadyException(
          "the scheduler's instance %s is of another version".formatted(instance), e);
    }
  }

  private int limit(String limit) {
    if (limit == null) {
      return Math.max(1, decisionsKept);
    }
    try {
      int most = Integer.parseInt(limit);
      if (most >= 1) {
        return most;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new RefusedRequestException(
        "limit", OneLine.quoted(limit), "limit must be 1 or more, got: " + OneLine.quoted(limit));
  }
}
