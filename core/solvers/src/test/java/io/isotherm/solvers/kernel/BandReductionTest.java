package io.isotherm.solvers.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BandReductionTest {

  private final BandReduction reduction = new BandReduction();

  static IntStream edgesOfPanelsAndTiles() {
    return IntStream.concat(
        IntStream.rangeClosed(1, 80), IntStream.of(95, 96, 97, 111, 112, 113, 143, 144, 145, 300));
  }

  @ParameterizedTest
  @MethodSource("edgesOfPanelsAndTiles")
  void bandHasTheEigenvaluesOfTheMatrix(int order) {
    SymmetricMatrix matrix = SymmetricMatrix.random(order);

    SymmetricMatrix band = reduce(matrix);

    Similarity.assertSimilar(band, matrix);
  }

  @ParameterizedTest
  @MethodSource("edgesOfPanelsAndTiles")
  void matrixThatIsABandStaysAsItIs(int order) {
    // Given
    SymmetricMatrix matrix = SymmetricMatrix.band(order, SymmetricBand.WIDTH);

    // When
    SymmetricMatrix band = reduce(matrix);

    // Then
    assertThat(band.elements()).containsExactly(matrix.elements());
  }

  @Test
  void zeroMatrixStaysZero() {
    SymmetricMatrix band = reduce(SymmetricMatrix.of(70, (i, j) -> 0));

    assertThat(band.elements()).containsOnly(0);
  }

  @Test
  void matrixOfRankOneKeepsItsOnlyEigenvalue() {
    SymmetricMatrix matrix = SymmetricMatrix.of(130, (i, j) -> (i + 1) * (j + 1) * 1e-4);

    SymmetricMatrix band = reduce(matrix);

    Similarity.assertSimilar(band, matrix);
  }

  @Test
  void blocksOfZerosDoNotDisturbTheOthers() {
    // Given two matrices that know nothing of each other, rows of zeros between them
    SymmetricMatrix matrix =
        SymmetricMatrix.of(
            150,
            (i, j) -> i < 60 ? Math.sin(1 + i * j) : j >= 100 ? Math.cos(i + j * (double) j) : 0);

    SymmetricMatrix band = reduce(matrix);

    Similarity.assertSimilar(band, matrix);
  }

  @Test
  void elementsBelowTheRoundingOfOthersDoNoHarm() {
    // Given elements from 1 down to 1e-36
    SymmetricMatrix matrix =
        SymmetricMatrix.of(120, (i, j) -> Math.pow(10, -0.3 * i) * Math.sin(1 + i * j));

    SymmetricMatrix band = reduce(matrix);

    Similarity.assertSimilar(band, matrix);
  }

  @Test
  void smallMatrixAfterALargeOneSeesNothingOfIt() {
    // Given
    SymmetricMatrix small = SymmetricMatrix.random(37);
    float[] before = reduce(small).elements();

    // When
    reduce(SymmetricMatrix.random(200));

    // Then
    assertThat(reduce(small).elements()).containsExactly(before);
  }

  @Test
  void elementThatIsNotANumberIsNotLost() {
    // Given
    SymmetricMatrix matrix =
        SymmetricMatrix.of(100, (i, j) -> i == 99 && j == 3 ? Double.NaN : 1 + i + j);

    // When
    SymmetricMatrix band = reduce(matrix);

    // Then
    assertThat(IntStream.range(0, 100 * 100).mapToObj(i -> band.elements()[i]))
        .anyMatch(x -> x.isNaN());
  }

  private SymmetricMatrix reduce(SymmetricMatrix matrix) {
    SymmetricTiles tiles = new SymmetricTiles();
    int exponent = tiles.load(matrix.lower(), matrix.order());
    SymmetricBand band = new SymmetricBand();
    band.clear(matrix.order());
    reduction.reduce(tiles, band);
    return SymmetricMatrix.of(
        matrix.order(),
        (i, j) ->
            i - j > SymmetricBand.WIDTH
                ? 0
                : Math.scalb(band.elements()[SymmetricBand.index(i, j)], exponent));
  }
}
