package io.isotherm.scheduler;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.json.Json;
import io.isotherm.scheduler.rules.Arrival;
import io.isotherm.scheduler.rules.Controls;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.Liveness;
import io.isotherm.scheduler.rules.OpenStep;
import io.isotherm.scheduler.rules.PolicyChange;
import io.isotherm.scheduler.rules.PolicyTracks;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Steps;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * A run's state without its layers; its JSON is what the store {@value RunMemory#RUNS} holds. The
 * JSON of version 1 is read as well: it is flat, and has the newest alpha of each layer and, from
 * its first writers, the open steps.
 *
 * @param version of the JSON, {@value #VERSION}
 */
record StoredRun(int version, RunState state) {

  /** What is written. */
  static final int VERSION = 2;

  /** A state without its layers. */
  static StoredRun of(RunState state) {
    return new StoredRun(VERSION, state.withoutLayers());
  }

  /**
   * Reads a state of either version.
   *
   * @throws IllegalArgumentException with one line if it is of another one, or cannot be read
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static StoredRun read(ObjectNode json) {
    int version = json.path("version").asInt();
    RunState state =
        switch (version) {
          case 1 -> Json.MAPPER.convertValue(json, FlatState.class).state();
          case VERSION -> Json.MAPPER.convertValue(json.path("state"), RunState.class);
          default ->
              throw new IllegalArgumentException(
                  ("version of a run's state must be 1 or %d, got: %d;"
                          + " reset the application or run the release that wrote it")
                      .formatted(VERSION, version));
        };
    return new StoredRun(VERSION, state);
  }

  /** Version 1, written by earlier releases; only Jackson makes one. */
  private record FlatState(
      Optional<RunDescription> description,
      SortedMap<String, LayerAlpha> alphas,
      SortedMap<Long, OpenStep> open,
      long closedThrough,
      Optional<Steps.LastDecision> last,
      List<Arrival> waiting,
      long changedAtMillis,
      Optional<PolicyChange> policyChange,
      Optional<Signature> hold,
      Optional<PolicyTrack> track,
      @JsonProperty(defaultValue = "{}") SortedMap<String, PolicyTrack> shadowTracks,
      @JsonProperty(defaultValue = "{}") SortedMap<String, Long> dropped) {

    RunState state() {
      return new RunState(
          description,
          new Steps(open, closedThrough, last),
          alphas,
          waiting,
          new Controls(policyChange, hold),
          new PolicyTracks(track.orElse(PolicyTrack.EMPTY), shadowTracks),
          new Liveness(changedAtMillis, OptionalLong.empty()),
          dropped);
    }
  }
}
