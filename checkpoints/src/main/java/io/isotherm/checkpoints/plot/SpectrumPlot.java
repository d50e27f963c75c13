package io.isotherm.checkpoints.plot;

import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.Analysis;
import io.isotherm.spectra.Analysis.FittedSpectrum;
import io.isotherm.spectra.chance.MarchenkoPastur;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import java.util.Locale;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The empirical spectral density of a layer on logarithmic axes, with the power law over the tail
 * that it was fitted to, and behind it that of a random matrix of the same shape and norm.
 */
final class SpectrumPlot {

  private static final int MAX_NAME = 64;
  private static final int CHANCE_POINTS = 200;

  /** An axis over less than this gets whole decades, since only these are labelled. */
  private static final double NARROW = 60;

  private final Spectrum spectrum;
  private final LogHistogramBars bars;
  private final double floor;
  private final double ceiling;
  private final XYChart chart;

  private SpectrumPlot(String title, Spectrum spectrum, Optional<Chance> chance) {
    this.spectrum = spectrum;
    this.bars = LogHistogramBars.of(spectrum);
    boolean flat = bars.largest() < NARROW * bars.smallest();
    this.floor = flat ? decadeBelow(bars.smallest() / 2) : bars.smallest() / 3;
    this.ceiling = flat ? decadeAbove(2 * bars.largest()) : 3 * bars.largest();
    this.chart =
        new XYChartBuilder()
            .width(PlotStyle.WIDTH)
            .height(PlotStyle.HEIGHT)
            .title(title)
            .xAxisTitle("eigenvalue \u03bb (squared singular value)")
            .yAxisTitle("density")
            .build();
    PlotStyle.apply(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    double right = Math.max(bars.edge(bars.count()), chance.map(this::largestOfChance).orElse(0.0));
    if (right < NARROW * bars.edge(0)) {
      chart.getStyler().setXAxisMin(decadeBelow(bars.edge(0)));
      chart.getStyler().setXAxisMax(decadeAbove(right));
    }
    chart.getStyler().setYAxisMin(floor);
    chart.getStyler().setYAxisMax(ceiling);
  }

  /** The plot of a layer; empty if the layer has no eigenvalues above 0. */
  static Optional<XYChart> of(String layer, Analysis analysis) {
    if (analysis.spectra().isEmpty()) {
      return Optional.empty();
    }
    Spectrum pooled =
        Spectrum.union(analysis.spectra().stream().map(FittedSpectrum::spectrum).toList());
    if (!(pooled.largest() > 0)) {
      return Optional.empty();
    }
    String name = PlotStyle.shortened(layer, MAX_NAME);
    Optional<Chance> chance =
        analysis.outcome() instanceof Outcome.Analysed numbers
            ? numbers.chance()
            : Optional.empty();
    SpectrumPlot plot = new SpectrumPlot(name + ": " + result(analysis), pooled, chance);
    chance.ifPresent(plot::addChance);
    plot.addBars();
    if (analysis.spectra().size() == 1
        && analysis.spectra().get(0).fit() instanceof TailFit.PowerLaw fit) {
      plot.addFit(fit);
    }
    return Optional.of(plot.chart);
  }

  private static String result(Analysis analysis) {
    if (analysis.outcome() instanceof Outcome.Analysed numbers) {
      int fits = analysis.spectra().size();
      return String.format(
          Locale.ROOT,
          "alpha %.3f, KS %.3f%s",
          numbers.alpha(),
          numbers.ksDistance(),
          fits == 1 ? "" : " (mean of " + fits + " fits)");
    }
    return "no alpha";
  }

  private static double decadeBelow(double value) {
    return Math.pow(10, Math.floor(Math.log10(value)));
  }

  private static double decadeAbove(double value) {
    return Math.pow(10, Math.ceil(Math.log10(value)));
  }

  private double mean() {
    return spectrum.sum() / spectrum.size();
  }

  private double largestOfChance(Chance chance) {
    return mean() * new MarchenkoPastur(chance.aspect()).largest();
  }

  /** As far as it lies right of the leftmost bar. */
  private void addChance(Chance chance) {
    MarchenkoPastur law = new MarchenkoPastur(chance.aspect());
    double mean = mean();
    double from = Math.max(mean * law.smallest(), bars.edge(0));
    double step = Math.log(largestOfChance(chance) / from) / CHANCE_POINTS;
    if (!(step > 0)) {
      return;
    }
    double[] x = new double[CHANCE_POINTS + 2];
    double[] y = new double[x.length];
    x[0] = from;
    y[0] = floor;
    for (int i = 1; i <= CHANCE_POINTS; i++) {
      double left = from * Math.exp((i - 1) * step);
      double right = from * Math.exp(i * step);
      x[i] = Math.sqrt(left * right);
      double share = law.shareBelow(right / mean) - law.shareBelow(left / mean);
      y[i] = Math.max(floor, Math.min(ceiling, share / (right - left)));
    }
    x[x.length - 1] = largestOfChance(chance);
    y[y.length - 1] = floor;
    XYSeries series =
        add(
            String.format(
                Locale.ROOT,
                "random matrix, alpha %.3f \u00b1 %.3f",
                chance.alphaNull(),
                chance.spread()),
            x,
            y);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
    series.setFillColor(PlotStyle.CHANCE_FILL);
    series.setLineColor(PlotStyle.CHANCE);
    series.setLineStyle(PlotStyle.DASHES);
  }

  private void addBars() {
    int bins = bars.count();
    double[] x = new double[2 * bins + 2];
    double[] y = new double[x.length];
    x[0] = bars.edge(0);
    y[0] = floor;
    for (int i = 0; i < bins; i++) {
      double height = Math.max(floor, bars.density(i));
      x[2 * i + 1] = bars.edge(i);
      x[2 * i + 2] = bars.edge(i + 1);
      y[2 * i + 1] = height;
      y[2 * i + 2] = height;
    }
    x[x.length - 1] = bars.edge(bins);
    y[y.length - 1] = floor;
    String hidden = bars.tooSmall() == 0 ? "" : ", %d too small to show".formatted(bars.tooSmall());
    XYSeries series = add("%d eigenvalues%s".formatted(spectrum.size(), hidden), x, y);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
    series.setFillColor(PlotStyle.BAR_FILL);
    series.setLineColor(PlotStyle.BAR_EDGE);
    series.setLineWidth(1.2f);
  }

  /** The fitted density, times the share of the eigenvalues that are in the tail. */
  private void addFit(TailFit.PowerLaw fit) {
    double share = (double) fit.tailSize() / spectrum.size();
    double atXmin = share * (fit.alpha() - 1) / fit.xmin();
    double end =
        Math.min(spectrum.largest(), fit.xmin() * Math.pow(atXmin / floor, 1 / fit.alpha()));
    XYSeries line =
        add(
            String.format(Locale.ROOT, "power law, alpha %.3f", fit.alpha()),
            new double[] {fit.xmin(), end},
            new double[] {atXmin, atXmin * Math.pow(end / fit.xmin(), -fit.alpha())});
    line.setLineColor(PlotStyle.FIT);
    line.setLineWidth(3);
    XYSeries mark =
        add(
            String.format(Locale.ROOT, "xmin %.3g, tail of %d", fit.xmin(), fit.tailSize()),
            new double[] {fit.xmin(), fit.xmin()},
            new double[] {floor, ceiling});
    mark.setLineColor(PlotStyle.MARK);
    mark.setLineStyle(PlotStyle.DASHES);
  }

  private XYSeries add(String name, double[] x, double[] y) {
    XYSeries series = chart.addSeries(name + " ", x, y);
    series.setMarker(SeriesMarkers.NONE);
    return series;
  }
}
