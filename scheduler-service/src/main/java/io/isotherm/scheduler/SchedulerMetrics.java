package io.isotherm.scheduler;

import io.isotherm.scheduler.rules.DropReason;
import io.isotherm.scheduler.rules.Transition;
import io.isotherm.scheduler.rules.Trigger;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * The scheduler's counters. All of them exist from the start, so that 0 can be told from absent.
 */
@ApplicationScoped
public class SchedulerMetrics {

  /** Decisions made, by what triggered them. */
  public static final String DECISIONS = "isotherm.scheduler.decisions";

  /** Decisions of shadow policies. */
  public static final String SHADOW_DECISIONS = "isotherm.scheduler.shadow.decisions";

  /** Messages and steps dropped, by reason. */
  public static final String DROPPED = "isotherm.scheduler.dropped";

  /** Decisions that failed a check and never left. */
  public static final String WITHHELD = "isotherm.scheduler.withheld";

  /** Records that could not be read. */
  public static final String DEAD_LETTERS = "isotherm.scheduler.dead.letters";

  /** What trainers were told that could not be used. */
  public static final String REFUSALS = "isotherm.scheduler.refusals";

  private final MeterRegistry registry;

  /** Registers the counters. */
  public SchedulerMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Trigger trigger : Trigger.values()) {
      registry.counter(DECISIONS, "trigger", trigger.tag());
    }
    for (DropReason reason : DropReason.values()) {
      registry.counter(DROPPED, "reason", reason.tag());
    }
    registry.counter(SHADOW_DECISIONS);
    registry.counter(WITHHELD);
    registry.counter(DEAD_LETTERS);
    registry.counter(REFUSALS);
  }

  void count(Transition transition) {
    for (Transition.Made made : transition.decisions()) {
      if (made.decision().shadow().isEmpty()) {
        registry.counter(DECISIONS, "trigger", made.trigger().tag()).increment();
      } else {
        registry.counter(SHADOW_DECISIONS).increment();
      }
    }
    transition
        .dropped()
        .forEach(reason -> registry.counter(DROPPED, "reason", reason.tag()).increment());
    registry.counter(WITHHELD).increment(transition.withheld().size());
  }

  void countRefusal() {
    registry.counter(REFUSALS).increment();
  }

  void countDeadLetter() {
    registry.counter(DEAD_LETTERS).increment();
  }
}
