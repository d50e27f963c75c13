package io.isotherm.local.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.spectrum.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the demonstration has shown.
 *
 * @param accuracy on the test images at the end, 0 to 1
 * @param steps trained
 * @param trainingSeconds from the first step to the last
 * @param stallMillis that the training thread spent in Isotherm's client
 * @param stallPercent of the training time
 * @param snapshotsTaken layer snapshots copied
 * @param snapshotsPublished layer snapshots that the broker has acknowledged
 * @param snapshotsAnalysed layer snapshots with an alpha
 * @param snapshotsSkipped layer snapshots without a meaningful alpha
 * @param snapshotsSuperseded layer snapshots that a newer one made pointless
 * @param snapshotsFailed layer snapshots whose analysis failed
 * @param snapshotsDropped layer snapshots given up by the client
 * @param decisionsMade by the scheduler
 * @param decisionsApplied by the trainer
 * @param decisionsRejected by the trainer
 * @param medianStalenessSteps between a snapshot and the first step with its rates
 * @param maxStalenessSteps the largest
 * @param insideLoopSeconds what the same decompositions take on one thread
 * @param insideLoopPercent of the training time
 * @param chance how many layers differ from random matrices; absent if no service has told
 * @param shadows how far the shadow policies were from the one that acted
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record DemoSummary(
    OptionalDouble accuracy,
    long steps,
    double trainingSeconds,
    double stallMillis,
    double stallPercent,
    long snapshotsTaken,
    long snapshotsPublished,
    long snapshotsAnalysed,
    long snapshotsSkipped,
    long snapshotsSuperseded,
    long snapshotsFailed,
    long snapshotsDropped,
    long decisionsMade,
    long decisionsApplied,
    long decisionsRejected,
    OptionalDouble medianStalenessSteps,
    OptionalLong maxStalenessSteps,
    double insideLoopSeconds,
    double insideLoopPercent,
    Optional<ChanceSummary> chance,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ShadowSummary> shadows) {

  /**
   * Sums up.
   *
   * @param counters of the trainer's client at the end
   */
  public static DemoSummary of(RunTally tally, ClientCounters counters) {
    List<Outcome> outcomes = tally.outcomes();
    long computeNanos =
        outcomes.stream()
            .filter(Outcome.Analysed.class::isInstance)
            .mapToLong(outcome -> ((Outcome.Analysed) outcome).computeNanos())
            .sum();
    long[] staleness =
        tally.applied().stream().mapToLong(AppliedDecision::stalenessSteps).sorted().toArray();
    return new DemoSummary(
        tally.epochs().stream()
            .map(Progress::accuracy)
            .filter(OptionalDouble::isPresent)
            .reduce(OptionalDouble.empty(), (older, newer) -> newer),
        tally.newest().map(Progress::step).orElse(0L),
        counters.trainingNanos() / 1e9,
        counters.stallNanos() / 1e6,
        100 * counters.stallShare(),
        counters.snapshotsTaken(),
        counters.snapshotsPublished(),
        count(outcomes, Outcome.Analysed.class),
        count(outcomes, Outcome.Skipped.class),
        count(outcomes, Outcome.Superseded.class),
        count(outcomes, Outcome.Failed.class),
        counters.snapshotsDropped(),
        tally.decisions().size(),
        counters.decisionsApplied(),
        counters.decisionsRejected(),
        median(staleness),
        staleness.length == 0
            ? OptionalLong.empty()
            : OptionalLong.of(staleness[staleness.length - 1]),
        computeNanos / 1e9,
        counters.trainingNanos() == 0 ? 0 : 100.0 * computeNanos / counters.trainingNanos(),
        ChanceSummary.of(tally),
        ShadowSummary.of(tally));
  }

  /** The summary for a reader, one string per line. */
  public List<String> lines() {
    Stream<String> ownLines =
        Stream.of(
            line(
                "accuracy",
                accuracy.isPresent()
                    ? String.format(Locale.ROOT, "%.2f %%", 100 * accuracy.getAsDouble())
                    : "unknown"),
            line("training", "%.1f s for %d steps", trainingSeconds, steps),
            line("training stall", "%.1f ms = %.3f %% of it", stallMillis, stallPercent),
            line(
                "layer snapshots",
                "%d published, %d analysed, %d skipped, %d superseded, %d failed, %d dropped",
                snapshotsPublished,
                snapshotsAnalysed,
                snapshotsSkipped,
                snapshotsSuperseded,
                snapshotsFailed,
                snapshotsDropped),
            line("decisions", "%d made, %d applied", decisionsMade, decisionsApplied),
            line(
                "staleness",
                maxStalenessSteps.isPresent()
                    ? "median %s steps, at most %d"
                        .formatted(
                            plain(medianStalenessSteps.orElse(0)), maxStalenessSteps.getAsLong())
                    : "none: no decision was applied"),
            line(
                "inside the loop",
                "the same decompositions would have cost %.2f s = %.2f %% of the training time",
                insideLoopSeconds,
                insideLoopPercent));
    return Stream.of(
            ownLines,
            chance.stream().map(found -> line("against chance", "%s", found.line())),
            shadows.stream().map(shadow -> line("shadow " + shadow.name(), "%s", shadow.line())))
        .flatMap(lines -> lines)
        .toList();
  }

  private static String line(String name, String text, Object... values) {
    String value = values.length == 0 ? text : String.format(Locale.ROOT, text, values);
    return "  %-16s %s".formatted(name, value);
  }

  private static String plain(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static OptionalDouble median(long[] sorted) {
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0);
  }

  private static long count(List<Outcome> outcomes, Class<? extends Outcome> kind) {
    return outcomes.stream().filter(kind::isInstance).count();
  }
}
