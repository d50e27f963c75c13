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

  private static List<AppliedDecision> applied(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(revision -> new AppliedDecision("d" + revision, revision, 0, revision))
        .toList();
  }

  private static Progress progress(long step, List<AppliedDecision> applied) {
    return new Progress(
        "run",
        1,
        step,
        0,
        10,
        OptionalDouble.of(0.5),
        OptionalDouble.empty(),
        0.1,
        Map.of(),
        applied,
        ClientCounters.ZERO);
  }
}
