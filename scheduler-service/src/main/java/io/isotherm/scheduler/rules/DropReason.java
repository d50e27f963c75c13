package io.isotherm.scheduler.rules;

import java.util.Locale;

/** Why a message or a step had no decision of its own. */
public enum DropReason {
  /** A description of an incarnation before the known one; the known one is published again. */
  OLDER_DESCRIPTION,
  /** The description that is already known. */
  DUPLICATE_DESCRIPTION,
  /** The known incarnation with other layers or estimator, or running again after its end. */
  CONFLICTING_DESCRIPTION,
  /** An outcome of an incarnation before the known or the waiting one. */
  OLDER_INCARNATION,
  /** An outcome that waited for its description and had to make room. */
  WAITED_IN_VAIN,
  /** An outcome of a run that has finished or failed. */
  RUN_ENDED,
  /** An outcome measured by another estimator than the description names. */
  OTHER_ESTIMATOR,
  /** An outcome for a layer that the description does not name. */
  UNKNOWN_LAYER,
  /** An outcome for a layer that can have no alpha, and that no decision waits for. */
  UNMEASURABLE_LAYER,
  /** An outcome for a layer that is already in at that step. */
  DUPLICATE,
  /** An outcome for a step at or before the last decision's. */
  LATE,
  /** Progress of a run without a description. */
  UNDESCRIBED,
  /** The end of a lost run that has come back meanwhile; its description is published again. */
  CAME_BACK,
  /** A control for a run that is unknown or has ended, or for another incarnation of it. */
  FOREIGN_CONTROL,
  /** A step without a decision of its own, since a later one was decided first. */
  OVERTAKEN_STEP,
  /** A step that was open when its run, or that incarnation of it, ended. */
  ENDED_STEP;

  /** The value of the counter's tag, for example {@code older-incarnation}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
