package io.isotherm.kafka.reading;

import static io.isotherm.kafka.Runs.described;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class NewestDescriptionsTest {

  private static final RunDescription RUNNING = described("r", 2);

  private final NewestDescriptions descriptions = new NewestDescriptions();

  @Test
  void lateWordOfAFencedTrainerDoesNotCount() {
    // Given
    descriptions.add(described("r", 1));
    descriptions.add(RUNNING);

    // When
    boolean counts = descriptions.add(described("r", 1).in(RunPhase.RUNNING.fail("fenced")));

    // Then
    assertThat(counts).isFalse();
    assertThat(descriptions.of("r")).contains(RUNNING);
  }

  @Test
  void lastWordOfAnIncarnationCounts() {
    // Given
    RunDescription finished = RUNNING.in(RunPhase.RUNNING.finish(10));
    descriptions.add(RUNNING);

    // When
    boolean counts = descriptions.add(finished);

    // Then
    assertThat(counts).isTrue();
    assertThat(descriptions.of("r")).contains(finished);
  }

  @Test
  void runsAreKeptApart() {
    // When
    descriptions.add(described("r", 7));
    descriptions.add(described("s", 1));

    // Then
    assertThat(descriptions.of("s")).contains(described("s", 1));
    assertThat(descriptions.runs()).containsExactly("r", "s");
  }

  @Test
  void removedRunIsGoneAndItsOlderIncarnationsStayFenced() {
    // Given
    descriptions.add(RUNNING);

    // When
    descriptions.bury("r", OptionalLong.empty());
    descriptions.add(described("r", 1));

    // Then
    assertThat(descriptions.of("r")).isEmpty();
    assertThat(descriptions.runs()).isEmpty();
  }

  @Test
  void removedRunIsBackWhenItSpeaksAgain() {
    // Given
    descriptions.add(RUNNING);
    descriptions.bury("r", OptionalLong.empty());

    // When
    descriptions.add(RUNNING);

    // Then
    assertThat(descriptions.of("r")).contains(RUNNING);
  }

  @Test
  void tombstoneSaysNothingAboutANewerIncarnationNorAboutTheEnd() {
    // Given
    RunDescription ended = described("s", 1).in(RunPhase.RUNNING.finish(10));
    descriptions.add(RUNNING);
    descriptions.add(ended);
    descriptions.add(described("t", 1));

    // When
    descriptions.bury("r", OptionalLong.of(1));
    descriptions.bury("s", OptionalLong.of(1));
    descriptions.bury("t", OptionalLong.of(1));

    // Then
    assertThat(descriptions.of("r")).contains(RUNNING);
    assertThat(descriptions.of("s")).contains(ended);
    assertThat(descriptions.of("t")).isEmpty();
  }
}
