package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * All that the scheduler knows about one run.
 *
 * @param description the newest one; empty while only outcomes have been seen
 * @param steps of this incarnation
 * @param alphas the newest alpha of each layer, as far as decided steps and late outcomes tell
 * @param waiting outcomes of one incarnation that is newer than the description's, as they came
 * @param controls what people want of this incarnation
 * @param tracks what the policies have to know of their own past
 * @param liveness when the state last changed, and whether the run is lost
 * @param dropped how many messages and steps were dropped, by {@link DropReason#tag()}
 */
public record RunState(
    Optional<RunDescription> description,
    Steps steps,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
        SortedMap<String, LayerAlpha> alphas,
    List<Arrival> waiting,
    Controls controls,
    PolicyTracks tracks,
    Liveness liveness,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
        SortedMap<String, Long> dropped) {

  /** Nothing is known. */
  public static final RunState EMPTY =
      new RunState(
          Optional.empty(),
          Steps.NONE,
          Collections.emptySortedMap(),
          List.of(),
          Controls.NONE,
          PolicyTracks.NONE,
          Liveness.NONE,
          Collections.emptySortedMap());

  /** Copies the collections. */
  public RunState {
    alphas = alphas == null ? Collections.emptySortedMap() : FrozenMap.of(alphas);
    waiting = List.copyOf(waiting);
    dropped = dropped == null ? Collections.emptySortedMap() : FrozenMap.of(dropped);
  }

  /** The same with what is known of its layers. */
  public RunState withLayers(
      SortedMap<Long, OpenStep> open, SortedMap<String, LayerAlpha> layerAlphas) {
    return new RunState(
        description,
        steps.withOpen(open),
        layerAlphas,
        waiting,
        controls,
        tracks,
        liveness,
        dropped);
  }

  /** The same without what is known of its layers. */
  public RunState withoutLayers() {
    return withLayers(Collections.emptySortedMap(), Collections.emptySortedMap());
  }

  /** The same as of another time. */
  public RunState changedAt(long millis) {
    return new RunState(
        description, steps, alphas, waiting, controls, tracks, liveness.changedAt(millis), dropped);
  }

  /** The policy in force; only for a state with a description. */
  public PolicySpec policy() {
    return controls
        .policy()
        .map(PolicyChange::policy)
        .or(() -> description.map(RunDescription::policy))
        .orElseThrow();
  }

  /** The incarnation of the description; 0, which is older than any, without one. */
  public long incarnation() {
    return description.map(RunDescription::incarnation).orElse(0L);
  }

  /** Whether the run goes on, as far as its trainer has said. */
  @JsonIgnore
  public boolean isRunning() {
    return description.filter(run -> run.phase() instanceof RunPhase.Running).isPresent();
  }

  /** Whether the run's trainer has been silent for a whole lease. */
  @JsonIgnore
  public boolean isLost() {
    return liveness.lostAtMillis().isPresent();
  }
}
