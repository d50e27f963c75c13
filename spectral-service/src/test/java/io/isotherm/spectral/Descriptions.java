package io.isotherm.spectral;

import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Descriptions of runs for tests. */
public final class Descriptions {

  private Descriptions() {}

  /** A run that goes on. */
  public static RunDescription of(
      String run, long incarnation, EstimatorSpec estimator, LayerDescription... layers) {
    return new RunDescription(
        run,
        incarnation,
        "",
        List.of(layers),
        BaseSchedule.EXTERNAL,
        PolicySpec.DEFAULT,
        estimator,
        100,
        new RunPhase.Running());
  }

  /** A layer of any element type. */
  public static LayerDescription layer(String name, LayerKind kind, Long... shape) {
    return new LayerDescription(name, kind, List.of(shape), Optional.empty(), OptionalInt.empty());
  }
}
