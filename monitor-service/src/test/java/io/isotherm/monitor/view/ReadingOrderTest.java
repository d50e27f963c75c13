package io.isotherm.monitor.view;

import static io.isotherm.monitor.Samples.BLOCK;
import static io.isotherm.monitor.Samples.STEM;
import static io.isotherm.monitor.Samples.analysed;
import static io.isotherm.monitor.Samples.decision;
import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.outcome;
import static io.isotherm.monitor.Samples.progress;
import static io.isotherm.monitor.Samples.shadowDecision;
import static io.isotherm.monitor.Samples.shadowed;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.monitor.Samples;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shown depends on what has been read, and not on the order in which it was. */
class ReadingOrderTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final String RUN = "run";

  /** A message, given to the runs as from this origin. */
  private interface Message {
    Disposition to(MonitoredRuns runs, RecordOrigin origin);
  }

  private final List<Message> progress = new ArrayList<>();
  private final List<Message> outcomes = new ArrayList<>();
  private final List<Message> decisions = new ArrayList<>();
  private final List<Message> shadows = new ArrayList<>();

  /** An incarnation that comes to step 900, and one that resumes at step 400 and goes on to 700. */
  @BeforeEach
  void train() {
    train(1, 0, 900);
    train(2, 400, 700);
    // The first one was fenced and does not know it.
    progress.add((runs, origin) -> runs.progress(progress(RUN, 1, 910), origin));
    outcomes.add((runs, origin) -> runs.answered(analysed(RUN, 1, 910, BLOCK, 9), origin));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void historyReadBackwardsEndsInWhatReadingForwardsShows(long seed) {
    RunDetails forwards = readForwards();

    RunDetails backwards = readBackwards(new Random(seed)).run(RUN).orElseThrow();

    assertThat(backwards)
        .usingRecursiveComparison()
        .ignoringFields("version", "historyComplete")
        .isEqualTo(forwards);
    assertThat(backwards.incarnations()).containsExactly(new RunDetails.Takeover(2, 400));
    assertThat(backwards.layers().get(1).row().newest().orElseThrow().step()).isEqualTo(700);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsNewestStaysWhileHistoryIsRead(long seed) {
    List<RunHead> heads = new ArrayList<>();
    List<LayerRow> rows = new ArrayList<>();

    readBackwards(
        new Random(seed),
        runs -> {
          RunDetails details = runs.run(RUN).orElseThrow();
          heads.add(details.head());
          rows.add(details.layers().get(1).row());
        });

    assertThat(heads).extracting(RunHead::step).containsOnly(heads.get(0).step());
    assertThat(heads).extracting(RunHead::loss).containsOnly(heads.get(0).loss());
    assertThat(heads)
        .extracting(RunHead::lastDecisionStep)
        .containsOnly(heads.get(0).lastDecisionStep());
    assertThat(rows).containsOnly(rows.get(0));
  }

  @Test
  void historyBringsNoRunBack() {
    MonitoredRuns runs = monitoredRuns();
    runs.live();

    Disposition disposition = progress.get(0).to(runs, new RecordOrigin(NOW, 0, true));

    assertThat(disposition).isEqualTo(Disposition.IGNORED);
    assertThat(runs.runs()).isEmpty();
  }

  private void train(long incarnation, long from, long to) {
    for (long step = from; step <= to; step += 10) {
      long at = step;
      List<AppliedDecision> applied =
          step % 100 == 50
              ? List.of(
                  new AppliedDecision(
                      "decision-" + incarnation + "-" + (step / 100 + 1),
                      step / 100 + 1,
                      step - 50,
                      step - 7))
              : List.of();
      OptionalDouble accuracy =
          step % 50 == 0 ? OptionalDouble.of(step / 1000.0) : OptionalDouble.empty();
      progress.add(
          (runs, origin) ->
              runs.progress(progress(RUN, incarnation, at, accuracy, applied), origin));
      if (step % 100 == 0) {
        for (String layer : List.of(STEM, BLOCK)) {
          outcomes.add(
              (runs, origin) ->
                  runs.answered(analysed(RUN, incarnation, at, layer, 2 + at / 500.0), origin));
        }
        outcomes.add(
            (runs, origin) ->
                runs.answered(
                    outcome(RUN, incarnation, at, Samples.HEAD, new Outcome.Skipped("10")),
                    origin));
        decisions.add(
            (runs, origin) -> runs.decided(decision(RUN, incarnation, at / 100 + 1, at), origin));
        shadows.add(
            (runs, origin) ->
                runs.shadowed(
                    shadowDecision(RUN, incarnation, at / 100 + 1, "careful", 1 + at / 1000.0),
                    origin));
      }
    }
  }

  private RunDetails readForwards() {
    MonitoredRuns runs = monitoredRuns();
    describe(runs);
    for (List<Message> topic : topics()) {
      for (int offset = 0; offset < topic.size(); offset++) {
        topic.get(offset).to(runs, new RecordOrigin(NOW, offset, false));
      }
    }
    runs.live();
    return runs.run(RUN).orElseThrow();
  }

  private MonitoredRuns readBackwards(Random random) {
    return readBackwards(random, runs -> {});
  }

  /** Reads the tails of all topics forwards, and then windows from there to the beginning. */
  private MonitoredRuns readBackwards(
      Random random, java.util.function.Consumer<MonitoredRuns> afterWindow) {
    MonitoredRuns runs = monitoredRuns();
    describe(runs);
    List<Integer> unread = new ArrayList<>();
    for (List<Message> topic : topics()) {
      int start = topic.size() - 5;
      readWindow(runs, topic, start, topic.size(), false);
      unread.add(start);
    }
    runs.live();
    while (unread.stream().anyMatch(left -> left > 0)) {
      for (int i = 0; i < unread.size(); i++) {
        int end = unread.get(i);
        int start = Math.max(0, end - random.nextInt(15));
        readWindow(runs, topics().get(i), start, end, true);
        unread.set(i, start);
      }
      afterWindow.accept(runs);
    }
    return runs;
  }

  private static void readWindow(
      MonitoredRuns runs, List<Message> topic, int start, int end, boolean history) {
    for (int offset = start; offset < end; offset++) {
      topic.get(offset).to(runs, new RecordOrigin(NOW, offset, history));
    }
  }

  private List<List<Message>> topics() {
    return List.of(progress, outcomes, decisions, shadows);
  }

  private static void describe(MonitoredRuns runs) {
    runs.describe(shadowed(RUN, 2, "careful"), new RecordOrigin(NOW, 1, false));
    runs.describe(description(RUN, 1), new RecordOrigin(NOW, 2, false));
  }

  private static MonitoredRuns monitoredRuns() {
    return new MonitoredRuns(
        new MemoryLimits(3, 20, 6, 400, 10_000, 5),
        Duration.ofMinutes(15),
        InstantSource.fixed(NOW),
        new NobodyListens());
  }
}
