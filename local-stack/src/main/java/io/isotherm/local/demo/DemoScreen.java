package io.isotherm.local.demo;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.terminal.StatusLine;
import io.isotherm.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a run while it goes on: a table per epoch and, on a terminal, a progress bar. */
final class DemoScreen implements AutoCloseable {

  /** A decision may be read a little later than the progress message that names it. */
  private static final Duration DECISION_PATIENCE = Duration.ofSeconds(2);

  private static final int BAR_MILLIS = 250;

  private final Terminal terminal;
  private final RunTally tally;
  private final DemoSettings settings;
  private final ProgressBar bar;
  private boolean noted;
  private int shown;
  private long waitingSince;

  DemoScreen(Terminal terminal, RunTally tally, DemoSettings settings) {
    this.terminal = terminal;
    this.tally = tally;
    this.settings = settings;
    this.bar = bar(terminal);
  }

  /** Shows what is new. */
  void update() {
    if (!noted) {
      tally.description().ifPresent(this::note);
    }
    tally.newest().ifPresent(this::advance);
    List<Progress> ended = tally.epochs();
    while (shown < ended.size() && show(ended.get(shown))) {
      shown++;
      waitingSince = 0;
    }
  }

  /** Shows what has not been shown yet, with or without its decision. */
  void finish() throws InterruptedException {
    while (shown < tally.epochs().size()) {
      update();
      TimeUnit.MILLISECONDS.sleep(BAR_MILLIS);
    }
  }

  /** Ends the progress bar. */
  @Override
  public void close() {
    bar.close();
    terminal.clearStatus();
  }

  /** A run describes itself before its first step. */
  private void note(RunDescription run) {
    UpdateNotes.of(run, settings.epochs(), settings.every()).forEach(terminal::print);
    noted = true;
  }

  private boolean show(Progress epoch) {
    Optional<AppliedDecision> inForce = tally.inForceAt(epoch.step());
    Optional<Decision> decision = inForce.flatMap(applied -> tally.decision(applied.id()));
    if (inForce.isPresent() && decision.isEmpty() && isWorthWaiting()) {
      return false;
    }
    EpochTable.lines(terminal, epoch, settings.epochs(), inForce, decision)
        .forEach(terminal::print);
    return true;
  }

  private boolean isWorthWaiting() {
    if (waitingSince == 0) {
      waitingSince = System.nanoTime();
    }
    return System.nanoTime() - waitingSince < DECISION_PATIENCE.toNanos();
  }

  private void advance(Progress progress) {
    bar.maxHint(progress.totalSteps());
    bar.stepTo(progress.step());
    progress
        .loss()
        .ifPresent(loss -> bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f", loss)));
  }

  private static ProgressBar bar(Terminal terminal) {
    return new ProgressBarBuilder()
        .setTaskName("Training")
        .setInitialMax(-1)
        .setUnit(" steps", 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(BAR_MILLIS)
        .setConsumer(new StatusLine(terminal))
        .build();
  }
}
