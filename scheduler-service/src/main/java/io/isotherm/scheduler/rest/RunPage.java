package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.PolicyChange;
import io.isotherm.scheduler.rules.RunState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the scheduler knows of one run.
 *
 * @param run names it
 * @param phase as in {@link RunSummary}
 * @param description the newest one; absent while only outcomes have been seen
 * @param policy in force
 * @param policyBy who has set it; absent if it is the description's
 * @param hold who has put the run on hold; absent if nobody has
 * @param lastDecision of this incarnation
 * @param layers the weight layers in the network's order
 * @param openSteps steps with outcomes and without a decision, the oldest first
 * @param waitingOutcomes outcomes of a newer incarnation whose description has not come
 * @param dropped how many messages and steps were dropped, by reason
 * @param owner the instance that has the run, as {@code host:port}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record RunPage(
    String run,
    String phase,
    Optional<RunDescription> description,
    Optional<PolicySpec> policy,
    Optional<Signature> policyBy,
    Optional<Signature> hold,
    Optional<LastDecision> lastDecision,
    List<Layer> layers,
    List<OpenStep> openSteps,
    int waitingOutcomes,
    Map<String, Long> dropped,
    String owner) {

  /** The decision that is in force. */
  public record LastDecision(long revision, long step) {}

  /**
   * What is known of a layer.
   *
   * @param alpha the newest one; absent if there is none that can be used
   * @param step whose weights that is about; absent if nothing is known
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Layer(String layer, OptionalDouble alpha, OptionalLong step) {}

  /**
   * A step that waits for its last layers or its deadline.
   *
   * @param in how many layers are in
   * @param of how many
   */
  public record OpenStep(long step, int epoch, int in, int of) {}

  static RunPage of(String run, RunState state, String owner) {
    List<LayerDescription> layers =
        state.description().map(RunDescription::layers).orElse(List.of());
    return new RunPage(
        run,
        RunSummary.phase(state),
        state.description(),
        state.description().map(description -> state.policy()),
        state.controls().policy().map(PolicyChange::by),
        state.controls().hold(),
        state.steps().last().map(last -> new LastDecision(last.revision(), last.step())),
        layers.stream().map(layer -> layer(layer.name(), state)).toList(),
        state.steps().open().entrySet().stream()
            .map(
                open ->
                    new OpenStep(
                        open.getKey(),
                        open.getValue().epoch(),
                        open.getValue().findings().size(),
                        layers.size()))
            .toList(),
        state.waiting().size(),
        state.dropped(),
        owner);
  }

  private static Layer layer(String name, RunState state) {
    LayerAlpha known = state.alphas().get(name);
    return known == null
        ? new Layer(name, OptionalDouble.empty(), OptionalLong.empty())
        : new Layer(name, known.alpha(), OptionalLong.of(known.step()));
  }
}
