package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProgressReportsTest {

  @Test
  void theNewerMessageKeepsWhatTheOlderHasApplied() {
    Progress merged = ProgressReports.merge(progress(1, applied(1, 2)), progress(2, applied(3, 3)));

    assertThat(merged).isEqualTo(progress(2, applied(1, 3)));
  }

  @Test
  void theListStaysBounded() {
    Progress merged =
        ProgressReports.merge(progress(1, applied(1, 1000)), progress(2, applied(1001, 1500)));

    assertThat(merged.applied()).isEqualTo(applied(501, 1500));
  }

  @Test
  void theNewestAccuracyIsNotLost() {
    Progress measured = progress(1, List.of(), OptionalDouble.of(0.8));
    Progress later = progress(2, List.of());

    assertThat(ProgressReports.merge(measured, later))
        .isEqualTo(progress(2, List.of(), OptionalDouble.of(0.8)));
    assertThat(
            ProgressReports.merge(measured, progress(2, List.of(), OptionalDouble.of(0.9)))
                .accuracy())
        .hasValue(0.9);
  }

  private static List<AppliedDecision> applied(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(revision -> new AppliedDecision("d" + revision, revision, 0, revision))
        .toList();
  }

  private static Progress progress(long step, List<AppliedDecision> applied) {
    return progress(step, applied, OptionalDouble.empty());
  }

  private static Progress progress(
      long step, List<AppliedDecision> applied, OptionalDouble accuracy) {
    return new Progress(
        "run",
        1,
        step,
        0,
        10,
        OptionalDouble.of(0.5),
        accuracy,
        0.1,
        Map.of(),
        applied,
        ClientCounters.ZERO,
        Map.of("dense", 1.0 + step),
        Map.of());
  }
}
