package io.isotherm.spectra.chance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarchenkoPasturTest {

  /** The values were computed by another program, to the fourth decimal. */
  @ParameterizedTest
  @CsvSource({"1,2.1217", "2,2.7058", "3,3.1176", "4,3.4546", "10,4.8731", "20,6.4407"})
  void alphaOfTheUpperHalfGrowsWithTheAspect(int aspect, double alpha) {
    assertThat(new MarchenkoPastur(1.0 / aspect).alpha(0.5)).isEqualTo(alpha, within(6e-5));
  }

  /** With q = 1, the square roots of the eigenvalues follow a quarter of a circle. */
  @Test
  void sharesOfSquareMatricesAreAreasOfACircle() {
    MarchenkoPastur square = new MarchenkoPastur(1);
    for (double root : new double[] {0.1, 0.5, 1, 1.5, 1.9}) {
      double area = (root * Math.sqrt(4 - root * root) / 2 + 2 * Math.asin(root / 2)) / Math.PI;

      assertThat(square.shareBelow(root * root)).isEqualTo(area, within(1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.3, 0.999, 1})
  void allEigenvaluesLieBetweenTheEdges(double ratio) {
    MarchenkoPastur law = new MarchenkoPastur(ratio);

    assertThat(law.shareBelow(law.smallest())).isEqualTo(0, within(1e-9));
    assertThat(law.shareBelow(law.largest())).isEqualTo(1, within(1e-9));
  }

  @Test
  void moreEigenvaluesThanCanBeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MarchenkoPastur(1.5))
        .withMessage("ratio must be above 0 and at most 1, got: 1.5");
  }
}
