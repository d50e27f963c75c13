package io.isotherm.solvers.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BulgeChasingTest {

  private final BulgeChasing chasing = new BulgeChasing();

  static IntStream edgesOfBlocks() {
    return IntStream.concat(
        IntStream.rangeClosed(1, 80), IntStream.of(127, 128, 129, 159, 160, 161, 400));
  }

  @ParameterizedTest
  @MethodSource("edgesOfBlocks")
  void tridiagonalMatrixHasTheEigenvaluesOfTheBand(int order) {
    SymmetricMatrix matrix = SymmetricMatrix.band(order, SymmetricBand.WIDTH);

    SymmetricMatrix tridiagonal = reduce(matrix);

    Similarity.assertSimilar(tridiagonal, matrix);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3, 7, 15})
  void bandMayBeNarrowerThanItsStorage(int width) {
    SymmetricMatrix matrix = SymmetricMatrix.band(123, width);

    SymmetricMatrix tridiagonal = reduce(matrix);

    Similarity.assertSimilar(tridiagonal, matrix);
  }

  @Test
  void tridiagonalMatrixStaysAsItIs() {
    // Given
    SymmetricMatrix matrix = SymmetricMatrix.band(99, 1);

    // When
    SymmetricMatrix tridiagonal = reduce(matrix);

    // Then
    assertThat(tridiagonal.elements()).containsExactly(matrix.elements());
  }

  @Test
  void blocksOfZerosDoNotDisturbTheOthers() {
    SymmetricMatrix matrix =
        SymmetricMatrix.of(
            150,
            (i, j) ->
                i - j > SymmetricBand.WIDTH || (j < 100 && i >= 60) ? 0 : Math.sin(1 + i * j));

    SymmetricMatrix tridiagonal = reduce(matrix);

    Similarity.assertSimilar(tridiagonal, matrix);
  }

  private SymmetricMatrix reduce(SymmetricMatrix matrix) {
    SymmetricBand band = matrix.band();
    chasing.reduce(band);
    float[] d = new float[matrix.order()];
    float[] e = new float[matrix.order()];
    band.copyTridiagonal(d, e, 0);
    return SymmetricMatrix.of(matrix.order(), (i, j) -> i == j ? d[i] : i == j + 1 ? e[j] : 0);
  }
}
