package io.isotherm.spectra.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class XminScanTest {

  private static final double ROUNDOFF = 0x1p-53;

  /** Roundings of sums of up to some hundred logarithms, divided by their sum. */
  private static final double EXACT = 1e-10;

  static Stream<double[]> spectra() {
    Random random = new Random(5);
    return IntStream.of(2, 3, 4, 5, 9, 17, 18, 33, 100, 257, 400)
        .boxed()
        .flatMap(
            size ->
                Stream.of(
                        DoubleStream.generate(() -> Math.pow(random.nextDouble(), -0.7)),
                        DoubleStream.generate(() -> Math.exp(2 * random.nextGaussian())),
                        DoubleStream.generate(random::nextDouble),
                        DoubleStream.generate(() -> 1 + 1e-3 * random.nextDouble()),
                        // Ties, and some that are exactly 0.
                        DoubleStream.generate(() -> random.nextInt(12) * 0.25))
                    .map(numbers -> numbers.limit(size).sorted().toArray()))
        .filter(values -> values[values.length - 1] > values[values.length - 2]);
  }

  @ParameterizedTest
  @MethodSource("spectra")
  void bestCandidateIsThatOfALoopOfFits(double[] values) {
    // When
    TailFit fit = XminScan.best(Spectra.of(values).all(), ROUNDOFF);

    // Then
    double[] distances = distances(values);
    int best = 0;
    for (int i = 1; i < distances.length; i++) {
      best = distances[i] < distances[best] ? i : best;
    }
    assertThat(fit).isInstanceOf(TailFit.PowerLaw.class);
    TailFit.PowerLaw law = (TailFit.PowerLaw) fit;
    assertThat(law.ksDistance()).isCloseTo(distances[best], within(EXACT));
    assertThat(law.xmin()).isEqualTo(values[best]);
    assertThat(law.tailSize()).isEqualTo(values.length - law.xminIndex());
    assertThat(law.alpha()).isCloseTo(alpha(values, best), within(EXACT * law.alpha()));
  }

  @Test
  void smallestDistanceIsNotFarFromThatOfAPowerLaw() {
    // Given quantiles of alpha = 2.5 from 1 upwards, and smaller values that are no power law
    double[] values =
        DoubleStream.concat(
                IntStream.range(0, 300).mapToDouble(i -> 0.2 + 0.8 * i / 300),
                IntStream.range(0, 700).mapToDouble(i -> Math.pow(1 - i / 700.0, -1 / 1.5)))
            .toArray();

    // When
    TailFit.PowerLaw law = (TailFit.PowerLaw) XminScan.best(Spectra.of(values).all(), ROUNDOFF);

    // Then
    assertThat(law.xmin()).isCloseTo(1, within(0.05));
    assertThat(law.alpha()).isCloseTo(2.5, within(0.05));
  }

  @Test
  void eigenvaluesOfZeroAreNoCandidates() {
    // Given
    double[] tail = {1, 2, 5, 11};

    // When
    TailFit.PowerLaw with =
        (TailFit.PowerLaw) XminScan.best(Spectra.of(0, 0, 1, 2, 5, 11).all(), ROUNDOFF);

    // Then
    TailFit.PowerLaw without = (TailFit.PowerLaw) XminScan.best(Spectra.of(tail).all(), ROUNDOFF);
    assertThat(with.alpha()).isEqualTo(without.alpha());
    assertThat(with.xminIndex()).isEqualTo(without.xminIndex() + 2);
  }

  @Test
  void oneEigenvalueAndOnlyZerosButOneHaveNoCandidate() {
    assertThat(XminScan.best(Spectra.of(3).all(), ROUNDOFF))
        .isEqualTo(
            new TailFit.Undetermined(
                "there is 1 eigenvalue to fit, a scan for xmin needs at least 2"));
    assertThat(XminScan.best(Spectra.of(0, 0, 3).all(), ROUNDOFF))
        .isEqualTo(new TailFit.Undetermined("none of the 3 eigenvalues can be xmin"));
  }

  @Test
  void peakWindowHasNoLowerBoundBelowOne() {
    // Given a peak at about 0.5, and the best fit far below it
    double[] low = IntStream.range(0, 40).mapToDouble(i -> 0.01 * Math.pow(1.1, i)).toArray();
    double[] peak = IntStream.range(0, 30).mapToDouble(i -> 0.5 + i * 1e-4).toArray();
    double[] all = DoubleStream.concat(Arrays.stream(low), Arrays.stream(peak)).toArray();
    Spectrum spectrum = Spectra.of(all);

    // When
    TailFit.PowerLaw law = (TailFit.PowerLaw) XminPeak.fit(spectrum.all(), ROUNDOFF);

    // Then no candidate above 1.5 times the peak, all below it
    double upper = 1.5 * LogBins.of(spectrum.all()).peak();
    TailFit expected = XminScan.best(spectrum.all(), 0, spectrum.firstAbove(upper), ROUNDOFF);
    assertThat(law).isEqualTo(expected);
  }

  @Test
  void peakWindowComparesALogarithmWithEigenvaluesAboveOne() {
    // Given a peak at 1e6, so that the lower bound is log10(0.95e6) = 5.98 and not 0.95e6
    double[] values =
        DoubleStream.concat(
                DoubleStream.of(2, 5.9, 6.0, 7, 10, 30, 200),
                IntStream.range(0, 60).mapToDouble(i -> 1e6 * (1 + i * 1e-6)))
            .toArray();
    Spectrum spectrum = Spectra.of(values);

    // When
    TailFit fit = XminPeak.fit(spectrum.all(), ROUNDOFF);

    // Then 6.0 is the first candidate
    assertThat(LogBins.of(spectrum.all()).peak()).isBetween(0.8e6, 1e6);
    assertThat(fit).isEqualTo(XminScan.best(spectrum.all(), 2, spectrum.size(), ROUNDOFF));
  }

  @Test
  void histogramOfRoundingNoiseHasNoPeak() {
    assertThat(XminPeak.fit(Spectra.of(1e-18, 1, 2, 3).all(), ROUNDOFF))
        .isEqualTo(
            new TailFit.Undetermined(
                "the log histogram would begin at eigenvalue 1.0E-18, which is not above the"
                    + " rounding level 5.329070518200751E-15: rank-deficient weights, to be"
                    + " fitted with the zero filter"));
  }

  @Test
  void clippingStopsWhereAlphaFallsByMoreThanOne() {
    // Given a power law of 2.5 and a finger of two far above it
    double[] values =
        DoubleStream.concat(
                IntStream.range(0, 80).mapToDouble(i -> Math.pow(1 - i / 80.0, -1 / 1.5)),
                DoubleStream.of(30, 30.1, 30.2))
            .toArray();
    SpectrumRange kept = Spectra.of(values).all();
    TailFit.PowerLaw raw = new TailFit.PowerLaw(9, 0.1, 5, 70, 13);

    // When
    ClippedFit clipped = ClippedFit.of(kept, raw, ROUNDOFF);

    // Then
    assertThat(clipped.fingers()).isOne();
    assertThat(clipped.law()).isEqualTo(XminScan.best(kept.clipped(2), ROUNDOFF));
  }

  @Test
  void clippingEndsWhenTheEigenvaluesDo() {
    // Given
    SpectrumRange kept = Spectra.of(1, 2, 4).all();
    TailFit.PowerLaw raw = (TailFit.PowerLaw) XminScan.best(kept, ROUNDOFF);

    // Then
    assertThat(ClippedFit.of(kept, raw, ROUNDOFF)).isEqualTo(new ClippedFit(raw, 0));
  }

  /** As published: 1 where a candidate has no exponent. */
  private static double[] distances(double[] z) {
    double[] distances = new double[z.length - 1];
    for (int i = 0; i < distances.length; i++) {
      double alpha = alpha(z, i);
      distances[i] = 1;
      if (z[i] > 0 && alpha > 1) {
        int n = z.length - i;
        double largest = 0;
        for (int j = 0; j < n; j++) {
          double fitted = 1 - Math.pow(z[i + j] / z[i], 1 - alpha);
          largest = Math.max(largest, Math.abs(fitted - (double) j / n));
        }
        distances[i] = largest;
      }
    }
    return distances;
  }

  private static double alpha(double[] z, int start) {
    double sum = 0;
    for (int j = start; j < z.length; j++) {
      sum += HillFit.logRatio(z[j], z[start]);
    }
    return 1 + (z.length - start) / sum;
  }
}
