package io.isotherm.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochsTest {

  @Test
  void anEpochSeesEveryImageOnce() {
    // Given
    Epochs epochs = new Epochs(100, 32, 5);

    // When
    List<int[]> batches = epochs.batches(3);

    // Then
    assertThat(batches).extracting(batch -> batch.length).containsExactly(32, 32, 32, 4);
    assertThat(batches).hasSize(epochs.steps());
    assertThat(batches.stream().flatMapToInt(IntStream::of))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void theOrderDependsOnSeedAndEpochAlone() {
    assertThat(first(5, 3)).isEqualTo(first(5, 3));
    assertThat(first(5, 3)).isNotEqualTo(first(5, 4));
    assertThat(first(5, 3)).isNotEqualTo(first(6, 3));
  }

  @Test
  void aBatchCannotHaveMoreImagesThanThereAre() {
    assertThatThrownBy(() -> new Epochs(100, 101, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batchSize must be at most the number of images 100, got: 101");
  }

  private static int[] first(long seed, int epoch) {
    return new Epochs(100, 32, seed).batches(epoch).get(0);
  }
}
