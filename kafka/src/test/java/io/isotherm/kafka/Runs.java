package io.isotherm.kafka;

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

/** Descriptions for tests. */
public final class Runs {

  private Runs() {}

  /** A running run of one layer. */
  public static RunDescription described(String run, long incarnation) {
    return new RunDescription(
        run,
        incarnation,
        "a test",
        List.of(
            new LayerDescription(
                "dense", LayerKind.DENSE, List.of(5L, 6L), Optional.empty(), OptionalInt.empty())),
        new BaseSchedule.Constant(0.1),
        PolicySpec.DEFAULT,
        EstimatorSpec.DEFAULT,
        1000,
        RunPhase.RUNNING);
  }
}
