package io.isotherm.spectral.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.spectral.offsets.OwnedPartition.Committable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnedPartitionTest {

  @Test
  void commitNeverPassesARecordWithoutAnAnswer() {
    OwnedPartition partition = new OwnedPartition(0, takeover(10, Map.of()));
    received(partition, 10, 15);

    partition.answered(12);
    assertThat(partition.committable()).isEmpty();
    partition.answered(10);
    assertThat(partition.committable()).get().extracting(Committable::offset).isEqualTo(11L);
    partition.answered(11);
    assertThat(partition.committable()).get().extracting(Committable::offset).isEqualTo(13L);
    partition.answered(13);
    partition.answered(14);
    assertThat(partition.committable()).get().extracting(Committable::offset).isEqualTo(15L);
  }

  @Test
  void whatWasCommittedIsNotCommittedAgain() {
    OwnedPartition partition = new OwnedPartition(0, takeover(10, Map.of()));
    received(partition, 10, 12);
    partition.answered(10);

    partition.committed(11);

    assertThat(partition.committable()).isEmpty();
  }

  @Test
  void outcomesOfUncommittedRecordsLieBehindThePositionThatIsCommitted() {
    // Given outcomes that had come to 5 when record 12 was received, and to 9 when 14 was
    OwnedPartition partition = new OwnedPartition(0, takeover(10, Map.of()));
    received(partition, 10, 12);
    partition.answersHaveReached(at(5));
    received(partition, 12, 14);
    partition.answersHaveReached(at(9));
    received(partition, 14, 16);

    partition.answered(10);
    assertThat(partition.committable()).contains(new Committable(11, at(3)));
    partition.answered(11);
    assertThat(partition.committable()).contains(new Committable(12, at(5)));
    partition.answered(12);
    partition.answered(13);
    partition.answered(14);
    assertThat(partition.committable()).contains(new Committable(15, at(9)));
  }

  @Test
  void outcomesOfTheProcessBeforeStayBehindThePosition() {
    // Given an outcome of before for records up to 12, and so behind position 1
    SnapshotId id = new SnapshotId("run", 1, 10, 0, "layer");
    OwnedPartition partition = new OwnedPartition(0, takeover(10, Map.of(id, 12L)));
    partition.answersHaveReached(at(7));
    received(partition, 10, 15);
    partition.answersHaveReached(at(8));

    partition.answered(10);
    assertThat(partition.committable()).contains(new Committable(11, at(1)));
    partition.answered(11);
    partition.answered(12);
    assertThat(partition.committable()).contains(new Committable(13, at(3)));
  }

  @Test
  void onlyRecordsThatTheOutcomeAnswersAreAnswered() {
    SnapshotId id = new SnapshotId("run", 1, 10, 0, "layer");
    OwnedPartition partition = new OwnedPartition(0, takeover(10, Map.of(id, 12L)));

    assertThat(partition.wasAnswered(id, 12)).isTrue();
    assertThat(partition.wasAnswered(id, 13)).as("sent once more").isFalse();
    assertThat(partition.wasAnswered(new SnapshotId("run", 1, 20, 0, "layer"), 12)).isFalse();
  }

  @Test
  void restOfASnapshotIsNoneWhereNobodyHasReadBefore() {
    SnapshotId id = new SnapshotId("run", 1, 10, 0, "layer");
    OwnedPartition partition = new OwnedPartition(0, Takeover.ofNothing());
    partition.received(0);
    partition.received(id);

    assertThat(partition.isRestOfAnswered(id)).isFalse();
  }

  static Stream<AnswerPositions> positions() {
    return Stream.of(
        AnswerPositions.BEGINNING,
        at(0),
        new AnswerPositions(List.of(0L, 17L, Long.MAX_VALUE, 3L)));
  }

  @ParameterizedTest
  @MethodSource("positions")
  void positionsAreReadAsTheyWereWritten(AnswerPositions positions) {
    assertThat(AnswerPositions.decode(positions.encode())).contains(positions);
  }

  @Test
  void positionsThatDoNotFitTheMetadataAreTheBeginning() {
    AnswerPositions many =
        new AnswerPositions(Stream.generate(() -> Long.MAX_VALUE).limit(400).toList());

    assertThat(AnswerPositions.decode(many.encode())).contains(AnswerPositions.BEGINNING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a1:x!", "a2:5", "leader=3"})
  void metadataOfOtherProgramsIsNoPosition(String text) {
    assertThat(AnswerPositions.decode(text)).isEmpty();
  }

  private static Takeover takeover(long offset, Map<SnapshotId, Long> answered) {
    return new Takeover(offset, true, answered, at(1), at(3));
  }

  private static AnswerPositions at(long offset) {
    return new AnswerPositions(List.of(offset));
  }

  private static void received(OwnedPartition partition, long from, long to) {
    for (long offset = from; offset < to; offset++) {
      partition.received(offset);
    }
  }
}
