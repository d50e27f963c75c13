package io.isotherm.local.demo;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Everything that the topics have said about one run. A message that comes twice counts once. Safe
 * for use by several threads.
 */
public final class RunTally {

  private final String run;
  private RunDescription description;
  private Progress newest;
  private final List<Progress> epochs = new ArrayList<>();
  private final Map<String, Decision> decisions = new LinkedHashMap<>();
  private final Map<ShadowAndId, Decision> shadowDecisions = new LinkedHashMap<>();
  private final Map<String, AppliedDecision> applied = new LinkedHashMap<>();
  private final Map<LayerAtStep, Outcome> outcomes = new LinkedHashMap<>();

  private record LayerAtStep(long incarnation, long step, String layer) {}

  private record ShadowAndId(String shadow, String id) {}

  /** Nothing about {@code run} so far; messages of other runs are passed over. */
  public RunTally(String run) {
    this.run = run;
  }

  /** Takes a run's description. */
  public synchronized void add(RunDescription message) {
    if (message.run().equals(run)) {
      description = message;
    }
  }

  /** Takes a progress message. */
  public synchronized void add(Progress message) {
    if (!message.run().equals(run)) {
      return;
    }
    message.applied().forEach(each -> applied.putIfAbsent(each.id(), each));
    int known = epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).epoch();
    if (message.epoch() > known) {
      epochs.add(message);
    } else if (message.epoch() == known
        && message.accuracy().isPresent()
        && !epochs.isEmpty()
        && epochs.get(epochs.size() - 1).accuracy().isEmpty()) {
      epochs.set(epochs.size() - 1, message);
    }
    newest = message;
  }

  /** Takes what became of a layer. */
  public synchronized void add(LayerOutcome message) {
    if (message.snapshot().run().equals(run)) {
      outcomes.putIfAbsent(
          new LayerAtStep(
              message.snapshot().incarnation(),
              message.snapshot().step(),
              message.snapshot().layer()),
          message.outcome());
    }
  }

  /** Takes a decision, that of a shadow policy, too. */
  public synchronized void add(Decision message) {
    if (!message.run().equals(run)) {
      return;
    }
    if (message.shadow().isPresent()) {
      shadowDecisions.putIfAbsent(new ShadowAndId(message.shadow().get(), message.id()), message);
    } else {
      decisions.putIfAbsent(message.id(), message);
    }
  }

  /** What is being trained, once it is known. */
  public synchronized Optional<RunDescription> description() {
    return Optional.ofNullable(description);
  }

  /** The newest progress message. */
  public synchronized Optional<Progress> newest() {
    return Optional.ofNullable(newest);
  }

  /** The progress message at the end of each epoch. */
  public synchronized List<Progress> epochs() {
    return List.copyOf(epochs);
  }

  /** All decisions of shadow policies, in the order in which they were read. */
  public synchronized List<Decision> shadowDecisions() {
    return List.copyOf(shadowDecisions.values());
  }

  /** All decisions that count, in the order in which they were made. */
  public synchronized List<Decision> decisions() {
    return List.copyOf(decisions.values());
  }

  /** All decisions that the trainer has taken over, in that order. */
  public synchronized List<AppliedDecision> applied() {
    return List.copyOf(applied.values());
  }

  /** One outcome for each layer of each snapshot that has one. */
  public synchronized List<Outcome> outcomes() {
    return List.copyOf(outcomes.values());
  }

  /** What the first outcome of each layer says that says anything, in the order of steps. */
  public synchronized <T> Map<String, T> first(Function<Outcome, Optional<T>> said) {
    return said(said, Comparator.reverseOrder());
  }

  /** The same of the last outcome of each layer. */
  public synchronized <T> Map<String, T> last(Function<Outcome, Optional<T>> said) {
    return said(said, Comparator.naturalOrder());
  }

  /** By layer, of the step that comes last in an order. */
  private <T> Map<String, T> said(Function<Outcome, Optional<T>> said, Comparator<Long> steps) {
    Map<String, T> byLayer = new TreeMap<>();
    outcomes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparing(LayerAtStep::step, steps)))
        .forEach(
            outcome ->
                said.apply(outcome.getValue())
                    .ifPresent(value -> byLayer.put(outcome.getKey().layer(), value)));
    return byLayer;
  }

  /** The decision of that id, once it has been read. */
  public synchronized Optional<Decision> decision(String id) {
    return Optional.ofNullable(decisions.get(id));
  }

  /** The last decision that was taken over before or at {@code step}. */
  public synchronized Optional<AppliedDecision> inForceAt(long step) {
    return applied.values().stream()
        .filter(each -> each.appliedAtStep() <= step)
        .reduce((older, newer) -> newer.appliedAtStep() >= older.appliedAtStep() ? newer : older);
  }
}
