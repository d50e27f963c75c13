package io.isotherm.checkpoints.plot;

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

/** Alpha of each layer from the first to the last, between the lines of the two verdicts. */
public final class DepthPlot {

  /**
   * A layer with its alpha.
   *
   * @param layer its name
   * @param alpha its exponent
   */
  public record Point(String layer, double alpha) {}

  private static final int MAX_NAME = 36;
  private static final int MAX_LABELS = 60;

  /** Above this, a linear axis would show nothing of the usual range. */
  private static final double MAX_LINEAR = 20;

  private DepthPlot() {}

  /** The plot of layers in their order; empty without any. */
  static Optional<CategoryChart> of(List<Point> points) {
    if (points.isEmpty()) {
      return Optional.empty();
    }
    double largest = points.stream().mapToDouble(Point::alpha).max().orElseThrow();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(PlotStyle.WIDTH)
            .height(PlotStyle.HEIGHT)
            .title("alpha over depth, %d layers".formatted(points.size()))
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
    style.setYAxisMin(1.0);
    style.setYAxisMax(Math.max(Verdict.HIGHEST_USUAL + 1, largest * 1.05));
    List<String> names = names(points);
    line(chart, "under-trained above 6", names, Verdict.HIGHEST_USUAL, PlotStyle.COLD);
    line(chart, "over-trained below 2", names, Verdict.LOWEST_USUAL, PlotStyle.FIT);
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

  private static void line(
      CategoryChart chart, String name, List<String> names, double value, Color colour) {
    CategorySeries series = chart.addSeries(name, names, Collections.nCopies(names.size(), value));
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(colour);
    series.setLineStyle(PlotStyle.DASHES);
  }
}
