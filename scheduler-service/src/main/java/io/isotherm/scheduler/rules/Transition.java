package io.isotherm.scheduler.rules;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import java.util.List;
import java.util.Optional;

/**
 * What an event did to a run.
 *
 * @param state afterwards; {@link RunState#EMPTY} when nothing is left to know
 * @param decisions in the order in which they are to be published, usually none or one
 * @param withheld decisions that had to stay inside, each with its reason in one line
 * @param dropped one entry for each message or step that was dropped
 * @param refusals what the run's trainer is to be told
 * @param restated the run's description, if it is to be published again since the newest record of
 *     its key says less
 */
public record Transition(
    RunState state,
    List<Made> decisions,
    List<String> withheld,
    List<DropReason> dropped,
    List<Refused> refusals,
    Optional<RunDescription> restated) {

  /** A decision, one that counts or a shadow's, and why it was made now. */
  public record Made(Decision decision, Trigger trigger) {}

  /** Something that is told to the run's trainer, and what kind of reason it has. */
  public record Refused(Refusal refusal, DropReason kind) {}

  /** Copies the lists. */
  public Transition {
    decisions = List.copyOf(decisions);
    withheld = List.copyOf(withheld);
    dropped = List.copyOf(dropped);
    refusals = List.copyOf(refusals);
  }
}
