package io.isotherm.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.DecisionTime;
import io.isotherm.spectra.policy.PolicyMemory;
import io.isotherm.spectra.policy.TimedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells which policies of a run cannot update their factors more than once before its planned end,
 * so that what they show is the first weights' answer and nothing else.
 */
final class UpdateNotes {

  private static final int ENOUGH = 2;
  private static final PolicyOptions.Interval EACH_EPOCH = new PolicyOptions.Interval.Epochs(1);

  private final long totalSteps;
  private final long stepsPerEpoch;
  private final Every published;
  private final List<String> notes = new ArrayList<>();

  private UpdateNotes(long totalSteps, int epochs, Every published) {
    this.totalSteps = totalSteps;
    this.stepsPerEpoch = Math.max(1, totalSteps / epochs);
    this.published = published;
  }

  /**
   * One line for each part of a policy, the one that acts or a shadow; none if all is well.
   *
   * @param epochs that the run's planned steps are
   * @param published how often there are weights to decide from
   */
  static List<String> of(RunDescription run, int epochs, Every published) {
    UpdateNotes notes = new UpdateNotes(run.totalSteps(), epochs, published);
    notes.add("policy " + name(run.policy()), run.policy());
    run.shadows()
        .forEach(
            (shadow, policy) ->
                notes.add("shadow %s (%s)".formatted(shadow, name(policy)), policy));
    return notes.notes;
  }

  private void add(String who, PolicySpec policy) {
    add(who, "learning rates", policy.onLearningRate());
    policy.onWeightDecay().ifPresent(decay -> add(who, "weight decay", decay));
  }

  private void add(String who, String what, PolicySpec.Single policy) {
    if (!(policy instanceof PolicySpec.Tuning)) {
      return;
    }
    Optional<PolicyOptions.Window> window = policy.options().window();
    Optional<PolicyOptions.Interval> every = policy.options().every();
    int updates = updates(window, every);
    if (updates < ENOUGH) {
      notes.add(
          "%s %s in these %d steps (%s): take %s"
              .formatted(
                  who,
                  updates == 0 ? "never updates " + what : "updates " + what + " only once",
                  totalSteps,
                  because(window, every),
                  advice(window, every)));
    }
  }

  private String because(
      Optional<PolicyOptions.Window> window, Optional<PolicyOptions.Interval> every) {
    List<String> reasons = new ArrayList<>(List.of("weights every " + published));
    window.ifPresent(some -> reasons.add(inWords(some)));
    every.ifPresent(some -> reasons.add(inWords(some)));
    return String.join(", ", reasons);
  }

  private String advice(
      Optional<PolicyOptions.Window> window, Optional<PolicyOptions.Interval> every) {
    if (updates(Optional.empty(), Optional.empty()) < ENOUGH) {
      return "a shorter --every";
    }
    if (updates(window, Optional.empty()) < ENOUGH) {
      return updates(Optional.empty(), every) < ENOUGH
          ? "a wider 'window' and a smaller 'every'"
          : "a wider 'window'";
    }
    return updates(window, Optional.of(EACH_EPOCH)) < ENOUGH
        ? "a smaller 'every'"
        : "a smaller 'every', such as {\"unit\":\"epochs\",\"count\":1}";
  }

  /** How often something is updated, counted up to {@link #ENOUGH}; by which map is no matter. */
  private int updates(
      Optional<PolicyOptions.Window> window, Optional<PolicyOptions.Interval> every) {
    PolicySpec.Single policy =
        new PolicySpec.Sqrt(
            LayerSelection.DEFAULT,
            Compatibility.SANE,
            new PolicyOptions(
                PolicyOptions.ALPHA, List.of(), Optional.empty(), 0, 0, window, every));
    boolean byEpoch = published.unit() == Every.Unit.EPOCHS;
    long interval = byEpoch ? published.count() * stepsPerEpoch : published.count();
    PolicyMemory memory = PolicyMemory.EMPTY;
    int updates = 0;
    // After the last step nothing is left to be set.
    for (long step = 0; step < totalSteps && updates < ENOUGH; step += interval) {
      // A step belongs to its epoch up to the last one, whose weights are the next epoch's first.
      int epoch = (int) ((byEpoch ? step : Math.max(0, step - 1)) / stepsPerEpoch);
      DecisionTime at = new DecisionTime(step, epoch, totalSteps, false);
      PolicyMemory next = TimedPolicy.next(policy, List.of(), Map.of(), at, memory).memory();
      updates += next.last().equals(memory.last()) ? 0 : 1;
      memory = next;
    }
    return updates;
  }

  private static String inWords(PolicyOptions.Window window) {
    if (window instanceof PolicyOptions.Window.Steps steps) {
      return "window from step %d to %d".formatted(steps.from(), steps.until());
    }
    PolicyOptions.Window.Share share = (PolicyOptions.Window.Share) window;
    return "window from %s to %s of them".formatted(share.from(), share.until());
  }

  private static String inWords(PolicyOptions.Interval every) {
    return every instanceof PolicyOptions.Interval.Steps steps
        ? "every %d steps".formatted(steps.count())
        : "every %d epochs".formatted(((PolicyOptions.Interval.Epochs) every).count());
  }

  /** As the user may have written it: a preset's own name, not that of the map behind it. */
  private static String name(PolicySpec policy) {
    return Policies.CATALOGUE.entries().stream()
        .filter(entry -> entry.published().equals(policy))
        .map(Entry::name)
        .findFirst()
        .orElseGet(() -> Json.MAPPER.<JsonNode>valueToTree(policy).path("name").asText());
  }
}
