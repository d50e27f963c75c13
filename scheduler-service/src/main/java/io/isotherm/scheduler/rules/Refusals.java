package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.refusal.Refusal.Service;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import java.io.UncheckedIOException;

/** The sentences with which the rules refuse something of a run. */
final class Refusals {

  private Refusals() {}

  /** To a trainer whose run another one has taken over. */
  static Refusal replaced(RunDescription known, long incarnation) {
    return Refusal.ofRun(
            known.run(),
            Service.SCHEDULER,
            "run '%s' goes on as incarnation %d, and this is incarnation %d: stop this trainer, or give one of the two another name"
                .formatted(known.run(), known.incarnation(), incarnation))
        .toIncarnation(incarnation);
  }

  /** To a trainer that describes its incarnation once more, and otherwise. */
  static Refusal conflicting(RunDescription known, boolean isRunning) {
    return Refusal.ofRun(
            known.run(),
            Service.SCHEDULER,
            "incarnation %d of run '%s' %s: take a larger incarnation for what is described now"
                .formatted(
                    known.incarnation(),
                    known.run(),
                    isRunning
                        ? "is described already, with other layers or another estimator"
                        : "has ended"))
        .toIncarnation(known.incarnation());
  }

  /** To a trainer whose chunks ask for another estimator than its run's. */
  static Refusal otherEstimator(RunDescription run, Arrival arrival) {
    return ofLayer(
        run,
        arrival,
        "layer '%s' was measured by %s, and the run is described with %s: put the run's estimator into ce_estimator, or leave that header out"
            .formatted(arrival.layer(), json(arrival.estimator()), json(run.estimator())));
  }

  /** To a trainer that publishes what it has not described. */
  static Refusal undescribed(RunDescription run, Arrival arrival) {
    return ofLayer(
        run,
        arrival,
        "layer '%s' is not among the %d layers that the run is described with: describe it, or do not publish it"
            .formatted(arrival.layer(), run.layers().size()));
  }

  private static Refusal ofLayer(RunDescription run, Arrival arrival, String reason) {
    return Refusal.ofLayer(run.run(), arrival.layer(), Service.SCHEDULER, reason)
        .toIncarnation(run.incarnation())
        .atStep(arrival.step());
  }

  private static String json(EstimatorSpec estimator) {
    try {
      return Json.MAPPER.writeValueAsString(estimator);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
