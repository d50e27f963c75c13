package io.isotherm.replay;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What programs read of a replay, with the same names in JSON and in CSV. What a layer does not
 * have is null.
 *
 * @param set the factor that was set
 * @param factor that the policy would have set
 * @param versus that the second policy would have set
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record ReplayFields(
    String run,
    long incarnation,
    long step,
    int epoch,
    Long revision,
    String layer,
    Double alpha,
    Double set,
    double factor,
    Double versus,
    Double weightDecaySet,
    Double weightDecayFactor,
    Double weightDecayVersus) {

  /** In the order in which they are written. */
  static final List<String> NAMES =
      Arrays.stream(ReplayFields.class.getRecordComponents())
          .map(RecordComponent::getName)
          .toList();

  /** One layer at one step. */
  static ReplayFields of(RecordedRun run, ReplayedLayer layer) {
    Proposal proposal = layer.policies().get(0);
    Optional<Proposal> versus = layer.policies().stream().skip(1).findFirst();
    return new ReplayFields(
        run.description().run(),
        run.description().incarnation(),
        layer.step(),
        layer.epoch(),
        layer.revision().isPresent() ? (Long) layer.revision().getAsLong() : null,
        layer.layer(),
        boxed(layer.alpha()),
        boxed(layer.set()),
        proposal.factor(),
        versus.map(Proposal::factor).orElse(null),
        boxed(layer.weightDecaySet()),
        boxed(proposal.weightDecayFactor()),
        versus.map(other -> boxed(other.weightDecayFactor())).orElse(null));
  }

  private static Double boxed(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }
}
