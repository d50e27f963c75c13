package io.isotherm.replay;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.kafka.reading.FoundRun;
import io.isotherm.kafka.reading.TopicScan;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.terminal.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;

/** Reads what Kafka holds of a run now, and leaves nothing behind. */
public final class RecordReader {

  private static final int NAMED = 10;

  private RecordReader() {}

  /**
   * Reads the newest incarnation of a run.
   *
   * @throws UserError with one line if no such run is recorded
   * @throws io.isotherm.kafka.BrokerException with one line if the broker does not answer, or a
   *     record of the run cannot be read
   */
  public static RecordedRun read(KafkaSettings kafka, String run) {
    try (TopicScan scan = TopicScan.open(kafka, "isotherm-replay")) {
      FoundRun found = scan.find(run);
      RunDescription description =
          found.description().orElseThrow(() -> new UserError(missing(run, found.others())));
      List<Decision> decisions = new ArrayList<>();
      List<LayerOutcome> outcomes = new ArrayList<>();
      // Decisions first: what they name has been measured, and is on the other topic by then.
      scan.each(Messages.LEARNING_RATES, run, decisions::add);
      scan.each(Messages.SPECTRA, run, outcomes::add);
      return RecordedRun.of(description, decisions, outcomes);
    }
  }

  private static String missing(String run, SortedSet<String> others) {
    return "no run '%s' is recorded here; %s"
        .formatted(
            run,
            others.isEmpty()
                ? "there is none at all"
                : "there is "
                    + others.stream().limit(NAMED).collect(Collectors.joining(", "))
                    + (others.size() > NAMED ? ", ..." : ""));
  }
}
