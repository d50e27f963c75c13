package io.isotherm.checkpoints.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.spectrum.Outcome;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
              .mapToObj(i -> new DepthPlot.Point("same".repeat(20) + i % 7, 1.1 + i * i * 10))
              .toList();

      PlotFolder.open(parent, layers).plotDepth(points);

      assertPicture(parent.resolve("alpha-over-depth.png"));
    }
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
