package io.isotherm.checkpoints.plot;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectra.Analysis;
import io.isotherm.terminal.UserError;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A folder that plots go to, several at a time. After the first one that cannot be written no more
 * are: an analysis does not fail because its pictures do.
 */
public final class PlotFolder {

  private static final String DEPTH_FILE = "alpha-over-depth.png";

  private final Path folder;
  private final int digits;
  private final AtomicInteger written = new AtomicInteger();
  private volatile Optional<String> failure = Optional.empty();

  private PlotFolder(Path folder, int digits) {
    this.folder = folder;
    this.digits = digits;
  }

  /**
   * Opens a folder and creates it if need be.
   *
   * @param layers that will be plotted, at most
   * @throws UserError with one line, if nothing can be drawn here or written there
   */
  public static PlotFolder open(Path folder, int layers) {
    System.setProperty("java.awt.headless", "true");
    requireFonts();
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".isotherm", ".tmp"));
    } catch (IOException e) {
      throw new UserError(
          "plots cannot be written to %s (%s: %s): choose another folder with --plot"
              .formatted(folder, e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
    return new PlotFolder(folder, Math.max(2, Integer.toString(layers).length()));
  }

  /** Java finds out that there are no fonts when it first draws a text, in many ways. */
  private static void requireFonts() {
    Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    try {
      graphics.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12)).stringWidth("alpha");
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw new UserError(
          "plots need fonts, and Java finds none here: install fontconfig and a font, for example"
              + " with 'apt-get install fontconfig fonts-dejavu-core'",
          e);
    } finally {
      graphics.dispose();
    }
  }

  /**
   * Plots the spectrum of a layer, if it has one.
   *
   * @param number of the layer in the checkpoint, from 1; keeps file names apart
   */
  public void plotLayer(int number, String layer, Analysis analysis) {
    SpectrumPlot.of(layer, analysis).ifPresent(chart -> write(fileName(number, layer), chart));
  }

  /** Plots alpha over depth, from the first point to the last, if there is an alpha. */
  public void plotDepth(List<DepthPlot.Point> points, EstimatorSpec estimator) {
    DepthPlot.of(points, estimator).ifPresent(chart -> write(DEPTH_FILE, chart));
  }

  /** How many files have been written. */
  public int written() {
    return written.get();
  }

  /** Why there are less plots than there should be. */
  public Optional<String> failure() {
    return failure;
  }

  private void write(String name, Chart<?, ?> chart) {
    if (failure.isPresent()) {
      return;
    }
    Path file = folder.resolve(name);
    try {
      Files.write(file, BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG));
      written.incrementAndGet();
    } catch (IOException e) {
      failure =
          Optional.of(
              "plots are missing: %s cannot be written: %s"
                  .formatted(file, e.getMessage() == null ? e : e.getMessage()));
    }
  }

  /** Safe on every file system, whatever the layer is called. */
  private String fileName(int number, String layer) {
    String plain = layer.replaceAll("[^A-Za-z0-9._-]", "_");
    String cut = plain.length() > 120 ? plain.substring(0, 120) : plain;
    return ("%0" + digits + "d-%s.png").formatted(number, cut);
  }
}
