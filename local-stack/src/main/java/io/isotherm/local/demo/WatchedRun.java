package io.isotherm.local.demo;

import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Orders a run from a stack that is up, and watches it to its end. */
final class WatchedRun {

  private static final Duration POLL = Duration.ofMillis(200);

  /** How long the last outcomes may let us wait once training has ended. */
  private static final Duration TAIL_PATIENCE = Duration.ofSeconds(20);

  private final DemoSettings settings;
  private final KafkaSettings kafka;
  private final TrainerApi trainer;
  private final Terminal terminal;
  private final Runnable liveness;

  /**
   * A run to be.
   *
   * @param trainer address of the trainer service
   * @param liveness throws if a process of the stack has ended
   */
  WatchedRun(
      DemoSettings settings,
      KafkaSettings kafka,
      URI trainer,
      Terminal terminal,
      Runnable liveness) {
    this.settings = settings;
    this.kafka = kafka;
    this.trainer = new TrainerApi(trainer);
    this.terminal = terminal;
    this.liveness = liveness;
  }

  /**
   * Trains.
   *
   * @throws UserError if the run fails, or a process does
   */
  DemoReport run() throws InterruptedException {
    RunTally tally = new RunTally(settings.run());
    try (DemoObserver observer = DemoObserver.start(kafka, settings.run(), tally)) {
      order();
      watch(tally, observer);
      ClientCounters counters = awaitTail(tally, observer);
      return DemoReport.of(settings, tally, DemoSummary.of(tally, counters));
    }
  }

  private void order() throws InterruptedException {
    try {
      trainer.order(settings);
    } catch (UserError e) {
      // A dead trainer's log says more than that nobody answers.
      liveness.run();
      throw e;
    }
  }

  private void watch(RunTally tally, DemoObserver observer) throws InterruptedException {
    try (DemoScreen screen = new DemoScreen(terminal, tally, settings)) {
      while (true) {
        liveness.run();
        observer.requireHealthy();
        screen.update();
        Optional<TrainerApi.Status> status = trainer.status(settings.run());
        if (status.isPresent() && status.get().ended()) {
          requireNotFailed(status.get());
          TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
          screen.finish();
          if (status.get().state().equals("stopped")) {
            terminal.print("The run was stopped by somebody before its planned end.");
          }
          return;
        }
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      }
    }
  }

  /** Waits until every published layer has its outcome, which the trainer itself never does. */
  private ClientCounters awaitTail(RunTally tally, DemoObserver observer)
      throws InterruptedException {
    long deadline = System.nanoTime() + TAIL_PATIENCE.toNanos();
    ClientCounters counters = ClientCounters.ZERO;
    while (true) {
      liveness.run();
      observer.requireHealthy();
      Optional<TrainerApi.Status> status = trainer.status(settings.run());
      if (status.isPresent()) {
        counters = status.get().counters();
        if (isSettled(counters) && tally.outcomes().size() >= counters.snapshotsPublished()) {
          return counters;
        }
      }
      if (System.nanoTime() > deadline) {
        terminal.print(
            "%d of %d published layer snapshots had no outcome after %d s more"
                .formatted(
                    counters.snapshotsPublished() - tally.outcomes().size(),
                    counters.snapshotsPublished(),
                    TAIL_PATIENCE.toSeconds()));
        return counters;
      }
      terminal.status("Waiting for the last outcomes ...");
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  private static boolean isSettled(ClientCounters counters) {
    return counters.snapshotsPublished() + counters.snapshotsDropped() >= counters.snapshotsTaken();
  }

  private static void requireNotFailed(TrainerApi.Status status) {
    if (status.state().equals("failed")) {
      throw new UserError("training failed: " + status.cause().orElse("no cause given"));
    }
  }
}
