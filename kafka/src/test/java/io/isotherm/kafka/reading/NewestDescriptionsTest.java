package io.isotherm.kafka.reading;

import static io.isotherm.kafka.Runs.described;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
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
    descriptions.remove("r");
    descriptions.add(described("r", 1));

    // Then
    assertThat(descriptions.of("r")).isEmpty();
    assertThat(descriptions.runs()).isEmpty();
  }

  @Test
  void removedRunIsBackWhenItSpeaksAgain() {
    // Given
    descriptions.add(RUNNING);
    descriptions.remove("r");

    // When
    descriptions.add(RUNNING);

    // Then
    assertThat(descriptions.of("r")).contains(RUNNING);
  }
}
