package io.isotherm.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;

class FashionMnistTest {

  /** The subset's own mean and deviation differ from the whole set's by less. */
  private static final double SUBSET = 0.02;

  @Test
  void everyClassIsThereEquallyOften() {
    FashionMnist data = FashionMnist.load(6000, 1000);
    assertThat(counts(data.training())).containsOnly(600);
    assertThat(counts(data.test())).containsOnly(100);
  }

  @Test
  void imagesAreNormalised() {
    // Given
    FashionMnist data = FashionMnist.load(6000, 1);

    // When
    DataSet batch = data.training().batch(IntStream.range(0, 6000).toArray());

    // Then
    assertThat(batch.getFeatures().shape()).containsExactly(6000, 1, 28, 28);
    assertThat(batch.getFeatures().meanNumber().doubleValue()).isCloseTo(0, within(SUBSET));
    assertThat(batch.getFeatures().stdNumber().doubleValue()).isCloseTo(1, within(SUBSET));
  }

  @Test
  void labelsAreOneHot() {
    // Given
    LabelledImages images = FashionMnist.load(20, 1).training();

    // When
    DataSet batch = images.batch(4, 17);

    // Then
    assertThat(batch.getLabels().sumNumber().doubleValue()).isEqualTo(2);
    assertThat(batch.getLabels().getDouble(0, images.label(4))).isEqualTo(1);
    assertThat(batch.getLabels().getDouble(1, images.label(17))).isEqualTo(1);
  }

  @Test
  void moreImagesThanThereAreCannotBeHad() {
    assertThatThrownBy(() -> FashionMnist.load(6001, 1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of images must be 1 to 6000, got: 6001");
  }

  private static int[] counts(LabelledImages images) {
    int[] counts = new int[LabelledImages.CLASSES];
    for (int i = 0; i < images.size(); i++) {
      counts[images.label(i)]++;
    }
    return counts;
  }
}
