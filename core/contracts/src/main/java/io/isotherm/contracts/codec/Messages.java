package io.isotherm.contracts.codec;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/**
 * The codecs of the JSON topics. Each message's CloudEvents id is its identity: a record that is
 * sent twice has the same id twice. Snapshots have {@link SnapshotCodec}.
 */
public final class Messages {

  /** {@code isotherm.runs}. */
  public static final JsonCodec<RunDescription> RUNS =
      new JsonCodec<>(
          Topic.RUNS,
          "io.isotherm.run.v1",
          "/isotherm/trainer",
          RunDescription.class,
          RunDescription::run,
          (run, value) ->
              "%s:%d:%s"
                  .formatted(
                      run.run(),
                      run.incarnation(),
                      run.phase().getClass().getSimpleName().toLowerCase(Locale.ROOT)));

  /** {@code isotherm.progress}. */
  public static final JsonCodec<Progress> PROGRESS =
      new JsonCodec<>(
          Topic.PROGRESS,
          "io.isotherm.progress.v1",
          "/isotherm/trainer",
          Progress.class,
          Progress::run,
          (progress, value) -> UUID.nameUUIDFromBytes(value).toString());

  /** {@code isotherm.spectra}. */
  public static final JsonCodec<LayerOutcome> SPECTRA =
      new JsonCodec<>(
          Topic.SPECTRA,
          "io.isotherm.outcome.v1",
          "/isotherm/spectral-service",
          LayerOutcome.class,
          outcome -> outcome.snapshot().run(),
          (outcome, value) ->
              outcome.snapshot()
                  + ":"
                  + UUID.nameUUIDFromBytes(
                      SnapshotCodec.text(outcome.estimator()).getBytes(StandardCharsets.UTF_8)));

  /** {@code isotherm.learning-rates}. */
  public static final JsonCodec<Decision> LEARNING_RATES =
      new JsonCodec<>(
          Topic.LEARNING_RATES,
          "io.isotherm.decision.v1",
          "/isotherm/scheduler-service",
          Decision.class,
          Decision::run,
          (decision, value) -> decision.id());

  /** {@code isotherm.shadow-decisions}: decisions that name their shadow. */
  public static final JsonCodec<Decision> SHADOW_DECISIONS =
      new JsonCodec<>(
          Topic.SHADOW_DECISIONS,
          "io.isotherm.decision.v1",
          "/isotherm/scheduler-service",
          Decision.class,
          Decision::run,
          (decision, value) -> decision.id());

  /** {@code isotherm.controls}. */
  public static final JsonCodec<Control> CONTROLS =
      new JsonCodec<>(
          Topic.CONTROLS,
          "io.isotherm.control.v1",
          "/isotherm/scheduler-service",
          Control.class,
          Control::run,
          (control, value) -> UUID.nameUUIDFromBytes(value).toString());

  /** {@code isotherm.refusals}. */
  public static final JsonCodec<Refusal> REFUSALS =
      new JsonCodec<>(
          Topic.REFUSALS,
          "io.isotherm.refusal.v1",
          refusal -> refusal.by().source(),
          Refusal.class,
          Refusal::run,
          (refusal, value) -> UUID.nameUUIDFromBytes(value).toString());

  private Messages() {}
}
