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
record Fields(
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
      Arrays.stream(Fields.class.getRecordComponents()).map(RecordComponent::getName).toList();

  /** One layer at one step. */
  static Fields of(RecordedRun run, ReplayedLayer layer) {
    Would would = layer.policies().get(0);
    Optional<Would> versus = layer.policies().stream().skip(1).findFirst();
    return new Fields(
        run.description().run(),
        run.description().incarnation(),
        layer.step(),
        layer.epoch(),
        layer.revision().isPresent() ? (Long) layer.revision().getAsLong() : null,
        layer.layer(),
        boxed(layer.alpha()),
        boxed(layer.set()),
        would.factor(),
        versus.map(Would::factor).orElse(null),
        boxed(layer.weightDecaySet()),
        boxed(would.weightDecayFactor()),
        versus.map(other -> boxed(other.weightDecayFactor())).orElse(null));
  }

  private static Double boxed(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }
}
