package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
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
 */
public record RunState(
    int version,
    Optional<RunDescription> description,
    SortedMap<String, LayerAlpha> alphas,
    SortedMap<Long, OpenStep> open,
    long closedThrough,
    Optional<LastDecision> last,
    List<Arrival> waiting,
    long changedAtMillis) {

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
    alphas = Collections.unmodifiableSortedMap(new TreeMap<>(alphas));
    open = Collections.unmodifiableSortedMap(new TreeMap<>(open));
    waiting = List.copyOf(waiting);
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
