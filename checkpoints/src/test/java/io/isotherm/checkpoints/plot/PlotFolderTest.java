package io.isotherm.checkpoints.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectra.Analysis;
import io.isotherm.spectra.Analysis.FittedSpectrum;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import io.isotherm.terminal.UserError;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class PlotFolderTest {

  @TempDir Path parent;

  @Test
  void aLayerGivesAPicture() throws IOException {
    Path folder = parent.resolve("new/plots");

    PlotFolder plots = PlotFolder.open(folder, 12);
    plots.plotLayer(7, "h.0.c_fc.weight", fitted(decades(96, 1)));

    assertThat(plots.failure()).isEmpty();
    assertPicture(folder.resolve("07-h.0.c_fc.weight.png"));
    assertThat(files(folder)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-30, 1e-300, 1e30, 1e150})
  void anyScaleIsDrawn(double scale) throws IOException {
    PlotFolder plots = PlotFolder.open(parent, 1);

    plots.plotLayer(1, "w", fitted(decades(96, scale)));

    assertPicture(parent.resolve("01-w.png"));
  }

  @Test
  void degenerateSpectraAreDrawnOrLeftOut() throws IOException {
    PlotFolder plots = PlotFolder.open(parent, 9);

    plots.plotLayer(1, "equal", unfitted(new double[] {3, 3, 3, 3}));
    plots.plotLayer(2, "one", unfitted(new double[] {3}));
    plots.plotLayer(3, "mostly-zero", unfitted(new double[] {0, 0, 0, 1e-40, 1}));
    plots.plotLayer(4, "zero", unfitted(new double[] {0, 0}));
    plots.plotLayer(5, "none", new Analysis(new Outcome.Skipped("empty"), List.of()));
    plots.plotLayer(6, "two", two());

    assertThat(plots.failure()).isEmpty();
    assertThat(files(parent))
        .containsExactly("01-equal.png", "02-one.png", "03-mostly-zero.png", "06-two.png");
    assertPicture(parent.resolve("01-equal.png"));
  }

  @Test
  void layersOfAnyNameStayInTheFolderAndApart() throws IOException {
    PlotFolder plots = PlotFolder.open(parent.resolve("plots"), 100);

    plots.plotLayer(1, "../../etc/passwd", fitted(decades(96, 1)));
    plots.plotLayer(2, "a/b", fitted(decades(96, 1)));
    plots.plotLayer(3, "a\\b", fitted(decades(96, 1)));
    plots.plotLayer(4, "\u0000\n\u00e9", fitted(decades(96, 1)));
    plots.plotLayer(5, "x".repeat(100_000), fitted(decades(96, 1)));

    assertThat(plots.failure()).isEmpty();
    assertThat(files(parent)).containsExactly("plots");
    assertThat(files(parent.resolve("plots")))
        .containsExactly(
            "001-.._.._etc_passwd.png",
            "002-a_b.png",
            "003-a_b.png",
            "004-___.png",
            "005-" + "x".repeat(120) + ".png");
  }

  @Test
  void alphaOverDepthIsDrawnForFewAndManyLayersAndAnyAlpha() throws IOException {
    for (int layers : new int[] {1, 2, 300}) {
      List<DepthPlot.Point> points =
          IntStream.range(0, layers)
              .mapToObj(
                  i ->
                      new DepthPlot.Point(
                          "same".repeat(20) + i % 7,
                          1.1 + i * i * 10,
                          i % 3 == 1 ? Optional.empty() : Optional.of(chance(2 + i))))
              .toList();

      PlotFolder.open(parent, layers).plotDepth(points, EstimatorSpec.DEFAULT);

      assertPicture(parent.resolve("alpha-over-depth.png"));
    }
  }

  @Test
  void alphaOverDepthHasTheLinesThatBelongToItsEstimator() {
    List<DepthPlot.Point> points =
        List.of(
            new DepthPlot.Point("a", 2.5, Optional.of(chance(2.1))),
            new DepthPlot.Point("b", 3.5, Optional.empty()));

    assertThat(series(points, EstimatorSpec.DEFAULT))
        .containsExactly(
            "random matrices", "3 standard deviations above them", "and below", "alpha");
    assertThat(series(points.subList(1, 2), EstimatorSpec.DEFAULT)).containsExactly("alpha");
    assertThat(series(points, EstimatorSpec.WeightWatcher.defaults()))
        .startsWith("under-trained above 6", "over-trained below 2", "random matrices");
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-30, 1, 1e30})
  void eigenvaluesOfARandomMatrixOfTheSameNormLieBehindTheLayers(double scale) {
    XYChart chart = SpectrumPlot.of("w", againstChance(decades(96, scale))).orElseThrow();

    assertThat(chart.getSeriesMap().keySet())
        .element(0)
        .isEqualTo("random matrix, alpha 2.100 \u00b1 0.100 ");
    XYSeries random = chart.getSeriesMap().values().iterator().next();
    double[] x = random.getXData();
    double[] y = random.getYData();
    double share = 0;
    double sum = 0;
    for (int i = 1; i < x.length; i++) {
      double area = (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
      share += area;
      sum += area * (x[i] + x[i - 1]) / 2;
    }
    assertThat(share).as("share of all eigenvalues").isCloseTo(1, within(0.01));
    assertThat(sum / share)
        .as("mean eigenvalue")
        .isCloseTo(Arrays.stream(decades(96, scale)).average().orElseThrow(), withinPercentage(1));
  }

  private static Set<String> series(List<DepthPlot.Point> points, EstimatorSpec estimator) {
    return DepthPlot.of(points, estimator).orElseThrow().getSeriesMap().keySet();
  }

  private static Chance chance(double alphaNull) {
    return Chance.of(2.5, alphaNull, 0.1, 0.5, Chance.Basis.DRAWN);
  }

  private static Analysis againstChance(double[] ascending) {
    Analysis fitted = fitted(ascending);
    Spectrum spectrum = fitted.spectra().get(0).spectrum();
    Outcome.Analysed numbers =
        new Outcome.Analysed(
            2.5,
            0.1,
            OptionalDouble.empty(),
            OptionalLong.empty(),
            spectrum.size(),
            spectrum.largest(),
            spectrum.sum(),
            spectrum.sum() / spectrum.largest(),
            2.5 * Math.log10(spectrum.largest()),
            spectrum.entropy(),
            spectrum.histogram(),
            new TreeMap<>(),
            "none",
            "fp64",
            0);
    return new Analysis(numbers.against(chance(2.1)), fitted.spectra());
  }

  @Test
  void aFolderThatCannotBeIsOneLine() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");

    assertThatThrownBy(() -> PlotFolder.open(file, 1))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("plots cannot be written to " + file)
        .hasMessageEndingWith("choose another folder with --plot");
  }

  @Test
  void aFolderThatGoesAwayIsRememberedAndFailsNothing() throws IOException {
    Path folder = parent.resolve("plots");
    PlotFolder plots = PlotFolder.open(folder, 1);
    Files.delete(folder);

    plots.plotLayer(1, "w", fitted(decades(96, 1)));

    assertThat(plots.failure().orElseThrow())
        .startsWith("plots are missing: " + folder.resolve("01-w.png") + " cannot be written: ");
  }

  private static double[] decades(int count, double scale) {
    return IntStream.range(0, count)
        .mapToDouble(i -> scale * Math.pow(10, 4.0 * i / count - 3))
        .toArray();
  }

  private static Analysis fitted(double[] ascending) {
    Spectrum spectrum = Spectrum.pooled(ascending, ascending.length, 1, 0);
    int half = ascending.length / 2;
    TailFit fit = new TailFit.PowerLaw(2.5, 0.1, ascending[half], half, ascending.length - half);
    return new Analysis(
        new Outcome.Skipped("not asked for"), List.of(new FittedSpectrum(spectrum, fit)));
  }

  private static Analysis unfitted(double[] ascending) {
    Spectrum spectrum = Spectrum.pooled(ascending, ascending.length, 1, 0);
    return new Analysis(
        new Outcome.Skipped("no tail"),
        List.of(new FittedSpectrum(spectrum, new TailFit.Undetermined("no tail"))));
  }

  private static Analysis two() {
    Analysis one = fitted(decades(20, 1));
    return new Analysis(
        one.outcome(), Stream.of(one, one).flatMap(each -> each.spectra().stream()).toList());
  }

  private static void assertPicture(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(1000);
    assertThat(image.getHeight()).isEqualTo(640);
    long colours =
        Arrays.stream(image.getRGB(0, 0, 1000, 640, null, 0, 1000)).distinct().limit(10).count();
    assertThat(colours).as("colours of a picture that is not blank").isEqualTo(10);
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
