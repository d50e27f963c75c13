package io.isotherm.gpucheck;

import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs the parts, the most important first, within the time that the user sets. */
public final class GpuCheck {

  /** Exit status where all that was checked passed. */
  public static final int PASSED = 0;

  /** Exit status where there is no GPU that can be used. */
  public static final int NO_GPU = 3;

  /** Exit status where something failed. */
  public static final int FAILED = 1;

  /** What the last thing that a part began may take beyond the end. */
  private static final double GRACE_SECONDS = 20;

  private final GpuCheckSettings settings;
  private final Results results;
  private final Budget budget;

  /** A check that prints to {@code terminal}. */
  public GpuCheck(GpuCheckSettings settings, Terminal terminal) {
    this.settings = settings;
    this.budget = new Budget(60 * settings.minutes());
    this.results = new Results(terminal, budget, settings.json());
  }

  /**
   * Checks.
   *
   * @return the exit status: 0 if all that was checked passed, 1 if not
   * @throws NoGpuException in one line, if there is no GPU that can be used
   * @throws UserError in one line, if OpenBLAS cannot be used or the JSON cannot be written
   */
  public int run() {
    new MachinePart(results).run();
    results.save();
    List<Part> toCome = new ArrayList<>(settings.parts());
    toCome.remove(Part.MACHINE);
    toCome.sort(null);
    MarkdownTable summary = new MarkdownTable(List.of("part", "seconds", "verdict"));
    try (Engines engines = new Engines(settings.python(), results)) {
      while (!toCome.isEmpty()) {
        summary.add(run(toCome.remove(0), toCome, engines));
        results.save();
      }
    }
    results.table("Summary", summary);
    results.leftOut().forEach(each -> results.progress("left out: %s", each));
    results.failures().forEach(each -> results.progress("failed: %s", each));
    results.progress(
        "%s", results.failures().isEmpty() ? "PASSED" : "FAILED: " + results.failures().size());
    return results.failures().isEmpty() ? PASSED : FAILED;
  }

  private List<String> run(Part part, List<Part> toCome, Engines engines) {
    double begun = budget.elapsed();
    int failures = results.failures().size();
    budget.begin(part, toCome);
    results.progress("%s: up to %.0f s", part.label(), budget.left());
    try {
      switch (part) {
        case MACHINE -> throw new IllegalStateException("the machine comes before all parts");
        case TESTS -> new TestsPart(results).run();
        case ACCURACY -> new AccuracyPart(results, budget).run();
        case SPEED -> new SpeedPart(results, budget, engines).run();
        case SETS -> new SetsPart(results, budget, engines).run();
        case CPU -> new CpuPart(results, budget, engines).run();
        case SWEEP -> new SweepPart(results, budget, engines).run();
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      results.fail("%s ended: %s", part.label(), e);
    }
    return List.of(
        part.label(),
        String.format(Locale.ROOT, "%.1f", budget.elapsed() - begun),
        results.failures().size() == failures ? "pass" : "FAIL");
  }

  /**
   * Ends this process if the check is still running some seconds after its time: a call into the
   * driver cannot be interrupted.
   */
  public void endInTime() {
    Thread watch = new Thread(this::waitForTheEnd, "gpu-check-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private void waitForTheEnd() {
    try {
      Thread.sleep((long) (1000 * (budget.seconds() + GRACE_SECONDS - budget.elapsed())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    results.fail("the check was still running %.0f s after its time", GRACE_SECONDS);
    results.save();
    Runtime.getRuntime().halt(FAILED);
  }
}
