package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.Progress;
import java.util.List;
import java.util.Map;

/**
 * One change of a run, as it is pushed to those who watch it. Each carries the run's new head; the
 * rest is what the page must add.
 */
public sealed interface RunEvent {

  /** The run that changed. */
  RunHead head();

  /** The page's version with this change in it. */
  long version();

  /**
   * More changed than an event can tell, be it the description, the incarnation, the lease or the
   * history: the run is to be read anew.
   *
   * @param version see {@link #version}
   * @param head see {@link #head}
   */
  record Described(long version, RunHead head) implements RunEvent {}

  /**
   * The trainer told where it stands.
   *
   * @param version see {@link #version}
   * @param head see {@link #head}
   * @param progress in the trainer's own words
   */
  record Progressed(long version, RunHead head, Progress progress) implements RunEvent {}

  /**
   * A layer has an outcome.
   *
   * @param version see {@link #version}
   * @param head see {@link #head}
   * @param layer what is known of the layer now
   */
  record Answered(long version, RunHead head, LayerRow layer) implements RunEvent {}

  /**
   * The scheduler decided.
   *
   * @param version see {@link #version}
   * @param head see {@link #head}
   * @param decision in one line
   * @param layers what it says of each weight layer, by name
   */
  record Decided(long version, RunHead head, DecisionRow decision, Map<String, LayerRate> layers)
      implements RunEvent {}

  /**
   * A service could not use something of the run.
   *
   * @param version see {@link #version}
   * @param head see {@link #head}
   * @param refusals the newest ones, oldest first
   */
  record Refused(long version, RunHead head, List<RefusalRow> refusals) implements RunEvent {}

  /**
   * A shadow policy decided; nothing of it is applied.
   *
   * @param version see {@link #version}
   * @param head see {@link #head}
   * @param shadow names the shadow
   * @param step that it decided on
   * @param layers what it says of each weight layer, by name
   */
  record Shadowed(
      long version, RunHead head, String shadow, long step, Map<String, LayerRate> layers)
      implements RunEvent {}
}
