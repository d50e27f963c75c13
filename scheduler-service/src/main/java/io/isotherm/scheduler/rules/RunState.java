package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.PolicySpec;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that the scheduler knows about one run. Its JSON is what the state store and its changelog
 * hold.
 *
 * @param version of that JSON, {@value #VERSION}
 * @param description the newest one; empty while only outcomes have been seen
 * @param alphas the newest alpha of each layer, as far as decided steps and late outcomes tell
 * @param open steps with outcomes and without a decision, all after {@code closedThrough}
 * @param closedThrough no step up to this one gets a decision any more; -1 at first
 * @param last the last decision of this incarnation
 * @param waiting outcomes of one incarnation that is newer than the description's, as they came
 * @param changedAtMillis when the state last changed, by the clock of the host that changed it; no
 *     decision depends on it
 * @param policyChange the policy that somebody has set for this incarnation, if anybody has
 * @param hold who has put this incarnation on hold, if anybody has
 * @param track what the policy in force has to know of its own past
 * @param shadowTracks the same for each shadow policy
 * @param keptFrom by metric that a policy needs since some steps were open, the first step at which
 *     all outcomes are kept with it
 * @param dropped how many messages and steps were dropped, by {@link DropReason#tag()}
 */
public record RunState(
    int version,
    Optional<RunDescription> description,
    SortedMap<String, LayerAlpha> alphas,
    SortedMap<Long, OpenStep> open,
    long closedThrough,
    Optional<LastDecision> last,
    List<Arrival> waiting,
    long changedAtMillis,
    Optional<PolicyChange> policyChange,
    Optional<Signature> hold,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = NoPast.class) PolicyTrack track,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, PolicyTrack> shadowTracks,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Long> keptFrom,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Long> dropped) {

  /** The only version so far. */
  public static final int VERSION = 1;

  /** Nothing is known. */
  public static final RunState EMPTY =
      new RunState(
          VERSION,
          Optional.empty(),
          new TreeMap<>(),
          new TreeMap<>(),
          -1,
          Optional.empty(),
          List.of(),
          0);

  /**
   * What the next decision has to follow.
   *
   * @param revision of the last decision
   * @param step of the last decision
   */
  public record LastDecision(long revision, long step) {}

  /** Leaves the track out of the state of a run that has not been decided. */
  static final class NoPast {
    @Override
    public boolean equals(Object track) {
      return PolicyTrack.EMPTY.equals(track);
    }

    @Override
    public int hashCode() {
      return PolicyTrack.EMPTY.hashCode();
    }
  }

  /** Copies the collections. */
  public RunState {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "version of a run's state must be "
              + VERSION
              + ", got: "
              + version
              + "; reset the application or run the release that wrote it");
    }
    alphas = FrozenMap.of(alphas);
    open = FrozenMap.of(open);
    waiting = List.copyOf(waiting);
    policyChange = policyChange == null ? Optional.empty() : policyChange;
    hold = hold == null ? Optional.empty() : hold;
    track = track == null ? PolicyTrack.EMPTY : track;
    shadowTracks = shadowTracks == null ? Collections.emptySortedMap() : FrozenMap.of(shadowTracks);
    keptFrom = keptFrom == null ? Collections.emptySortedMap() : FrozenMap.of(keptFrom);
    dropped = dropped == null ? Collections.emptySortedMap() : FrozenMap.of(dropped);
  }

  /** The policy in force; only for a state with a description. */
  @JsonIgnore
  public PolicySpec policy() {
    return policyChange
        .map(PolicyChange::policy)
        .or(() -> description.map(RunDescription::policy))
        .orElseThrow();
  }

  /** Of a run that nobody has interfered with and that has not been decided. */
  public RunState(
      int version,
      Optional<RunDescription> description,
      SortedMap<String, LayerAlpha> alphas,
      SortedMap<Long, OpenStep> open,
      long closedThrough,
      Optional<LastDecision> last,
      List<Arrival> waiting,
      long changedAtMillis) {
    this(
        version,
        description,
        alphas,
        open,
        closedThrough,
        last,
        waiting,
        changedAtMillis,
        Optional.empty(),
        Optional.empty(),
        PolicyTrack.EMPTY,
        Collections.emptySortedMap(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap());
  }

  /** The same with other open steps, and as of another time. */
  public RunState withOpen(SortedMap<Long, OpenStep> otherOpen, long otherMillis) {
    return new RunState(
        version,
        description,
        alphas,
        otherOpen,
        closedThrough,
        last,
        waiting,
        otherMillis,
        policyChange,
        hold,
        track,
        shadowTracks,
        keptFrom,
        dropped);
  }

  /** The incarnation of the description; 0, which is older than any, without one. */
  @JsonIgnore
  public long incarnation() {
    return description.map(RunDescription::incarnation).orElse(0L);
  }

  /** Whether the run goes on, as far as is known. */
  @JsonIgnore
  public boolean isRunning() {
    return description.filter(run -> run.phase() instanceof RunPhase.Running).isPresent();
  }
}
