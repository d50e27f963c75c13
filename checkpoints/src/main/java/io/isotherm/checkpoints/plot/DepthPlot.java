package io.isotherm.checkpoints.plot;

import io.isotherm.checkpoints.layers.TensorKind;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Verdict;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Alpha of each layer from the first to the last, beside that of random matrices of the same
 * shapes; with WeightWatcher's estimator, also between its two lines.
 */
public final class DepthPlot {

  /**
   * A layer with its alpha.
   *
   * @param layer its name
   * @param alpha its exponent
   * @param chance that of random matrices, if it is known
   */
  public record Point(String layer, double alpha, Optional<Chance> chance) {}

  private static final int MAX_NAME = 36;

  /** No alpha is below. */
  private static final double BOTTOM = 1;

  private static final int MAX_LABELS = 60;

  /** Above this, a linear axis would show nothing of the usual range. */
  private static final double MAX_LINEAR = 20;

  private DepthPlot() {}

  /**
   * The plot of layers in their order; empty without any.
   *
   * @param estimator that the alphas were measured by
   */
  static Optional<CategoryChart> of(List<Point> points, EstimatorSpec estimator) {
    if (points.isEmpty()) {
      return Optional.empty();
    }
    boolean hasUsualRange = estimator instanceof EstimatorSpec.WeightWatcher;
    double largest =
        points.stream()
            .mapToDouble(
                point -> Math.max(point.alpha(), point.chance().map(Chance::alphaNull).orElse(0.0)))
            .max()
            .orElseThrow();
    double top = Math.max(hasUsualRange ? Verdict.HIGHEST_USUAL + 1 : 0, largest * 1.05);
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(PlotStyle.WIDTH)
            .height(PlotStyle.HEIGHT)
            .title("alpha over depth, " + TensorKind.LAYER.counted(points.size()))
            .yAxisTitle("alpha")
            .build();
    CategoryStyler style = chart.getStyler();
    PlotStyle.apply(style);
    style.setLegendPosition(LegendPosition.OutsideS);
    style.setLegendLayout(LegendLayout.Horizontal);
    // Otherwise each series stands beside the others, as bars do.
    style.setOverlapped(true);
    style.setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
    style.setXAxisLabelRotation(90);
    style.setXAxisLabelAlignmentVertical(TextAlignment.Right);
    style.setXAxisMaxLabelCount(MAX_LABELS);
    style.setYAxisLogarithmic(largest > MAX_LINEAR);
    style.setYAxisMin(BOTTOM);
    style.setYAxisMax(top);
    List<String> names = names(points);
    if (hasUsualRange) {
      line(chart, "under-trained above 6", names, Verdict.HIGHEST_USUAL, PlotStyle.COLD);
      line(chart, "over-trained below 2", names, Verdict.LOWEST_USUAL, PlotStyle.FIT);
    }
    if (points.stream().anyMatch(point -> point.chance().isPresent())) {
      chance(chart, "random matrices", names, points, 0, top);
      chance(chart, "3 standard deviations above them", names, points, Verdict.CHANCE, top);
      chance(chart, "and below", names, points, -Verdict.CHANCE, top);
    }
    add(chart, "alpha", names, points.stream().map(Point::alpha).toList());
    return Optional.of(chart);
  }

  /** Short names may be equal; categories may not. */
  private static List<String> names(List<Point> points) {
    List<String> names = new ArrayList<>();
    for (Point point : points) {
      String name = PlotStyle.shortened(point.layer().replaceFirst("\\.weight$", ""), MAX_NAME);
      while (names.contains(name)) {
        name += " ";
      }
      names.add(name);
    }
    return names;
  }

  private static void add(
      CategoryChart chart, String name, List<String> names, List<Double> values) {
    CategorySeries series = chart.addSeries(name, names, values);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(PlotStyle.BAR_EDGE);
    series.setLineColor(PlotStyle.BAR_EDGE);
    series.setLineStyle(new BasicStroke(2));
  }

  /** So many standard deviations from random matrices, as far as that is in the picture. */
  private static void chance(
      CategoryChart chart,
      String name,
      List<String> names,
      List<Point> points,
      double deviations,
      double top) {
    List<Double> values = new ArrayList<>();
    for (Point point : points) {
      values.add(
          point
              .chance()
              .map(found -> found.alphaNull() + deviations * found.spread())
              .map(value -> Math.max(BOTTOM, Math.min(top, value)))
              // A gap in the line.
              .orElse(null));
    }
    CategorySeries series = chart.addSeries(name, names, values);
    series.setMarker(deviations == 0 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    series.setMarkerColor(PlotStyle.CHANCE);
    series.setLineColor(PlotStyle.CHANCE);
    series.setLineStyle(PlotStyle.DASHES);
    if (deviations != 0) {
      series.setLineWidth(0.7f);
    }
  }

  private static void line(
      CategoryChart chart, String name, List<String> names, double value, Color colour) {
    CategorySeries series = chart.addSeries(name, names, Collections.nCopies(names.size(), value));
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(colour);
    series.setLineStyle(PlotStyle.DASHES);
  }
}
