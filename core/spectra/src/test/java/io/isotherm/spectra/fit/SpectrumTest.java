package io.isotherm.spectra.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectrumTest {

  @ParameterizedTest
  @CsvSource({"1,1", "1,5", "2,3", "3,4", "7,1", "9,16", "64,3", "100,7"})
  void matricesArePooledInAscendingOrderEachWithItsOwnUncertainty(int matrices, int order) {
    // Given matrices of very different scale, so that a value tells which one it is from
    Random random = new Random(matrices);
    double[] eigenvalues = new double[matrices * order];
    for (int k = 0; k < matrices; k++) {
      double scale = Math.pow(10, -(k % 11));
      double[] run = random.doubles(order, scale, 2 * scale).sorted().toArray();
      System.arraycopy(run, 0, eigenvalues, k * order, order);
    }
    double[] before = eigenvalues.clone();

    // When
    Spectrum spectrum = Spectrum.pooled(eigenvalues, order, 0.5, 0x1p-24);

    // Then
    double[] sorted = Arrays.stream(before).map(x -> x / 2).sorted().toArray();
    assertThat(IntStream.range(0, spectrum.size()).mapToDouble(spectrum::value).toArray())
        .containsExactly(sorted);
    for (int i = 0; i < spectrum.size(); i++) {
      int index = 0;
      while (before[index] / 2 != spectrum.value(i)) {
        index++;
      }
      double largest = before[index / order * order + order - 1] / 2;
      assertThat(spectrum.uncertainty(i)).isEqualTo(8 * 0x1p-24 * largest);
    }
    assertThat(eigenvalues).containsExactly(before);
  }

  @Test
  void unionHoldsTheEigenvaluesOfAll() {
    // When
    Spectrum union = Spectrum.union(List.of(Spectra.of(1, 4), Spectra.of(2, 3), Spectra.of(0, 9)));

    // Then
    assertThat(IntStream.range(0, union.size()).mapToDouble(union::value).toArray())
        .containsExactly(0, 1, 2, 3, 4, 9);
  }

  @ParameterizedTest
  @CsvSource({"-1,0", "0,1", "1,3", "1.5,3", "2,4", "9,4"})
  void firstAboveLeavesOutTheThresholdItself(double threshold, int first) {
    assertThat(Spectra.of(0, 1, 1, 2).firstAbove(threshold)).isEqualTo(first);
  }

  @Test
  void keptEigenvaluesAreARangeOfTheSpectrum() {
    // Given
    SpectrumRange kept = new SpectrumRange(Spectra.of(1, 2, 3, 4, 5), 1, 5);

    // Then
    assertThat(kept.size()).isEqualTo(4);
    assertThat(kept.smallest()).isEqualTo(2);
    assertThat(kept.clipped(2).largest()).isEqualTo(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kept.clipped(4))
        .withMessage("eigenvalues must be kept from 0 or more to 5 or less, got: 1 to 1");
  }

  @Test
  void zeroFilterKeepsWhatIsAboveItOrEverything() {
    assertThat(ZeroFilter.of(Spectra.of(0, 1e-6, 1e-5, 2e-5, 1)))
        .extracting(SpectrumRange::from, SpectrumRange::to)
        .containsExactly(3, 5);
    assertThat(ZeroFilter.of(Spectra.of(0, 1e-6, 1e-5)))
        .extracting(SpectrumRange::from, SpectrumRange::to)
        .containsExactly(0, 3);
  }

  @Test
  void eigenvalueThatRoundingMayMoveAcrossTheFilterIsUncertain() {
    assertThat(ZeroFilter.uncertain(Spectra.of(0, 2e-5, 1))).isEmpty();
    assertThat(ZeroFilter.uncertain(Spectra.of(1e-5 + 1e-16, 1))).hasValue(1e-5 + 1e-16);
    assertThat(ZeroFilter.uncertain(Spectra.of(0, 1e12))).hasValue(0);
  }
}
