package io.isotherm.checkpoints.plot;

import io.isotherm.checks.OneLine;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** How all plots look. The colours are told apart by most colour-blind people. */
final class PlotStyle {

  static final int WIDTH = 1000;
  static final int HEIGHT = 640;

  /** What lies behind the bars is seen through them. */
  static final Color BAR_FILL = new Color(0x4A, 0x7F, 0xB0, 90);

  static final Color BAR_EDGE = new Color(0x4A7FB0);
  static final Color CHANCE_FILL = new Color(0x80, 0x80, 0x80, 70);
  static final Color CHANCE = new Color(0x808080);
  static final Color FIT = new Color(0xC8442D);
  static final Color MARK = new Color(0x333333);
  static final Color COLD = new Color(0x0B6E8F);
  static final BasicStroke DASHES =
      new BasicStroke(
          1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {7, 5}, 0);

  private static final Color TEXT = new Color(0x222222);
  private static final Color GRID = new Color(0xE3E3E3);

  private PlotStyle() {}

  static void apply(AxesChartStyler style) {
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setChartFontColor(TEXT);
    style.setChartTitleFont(font(Font.BOLD, 16));
    style.setChartTitlePadding(12);
    style.setChartPadding(16);
    style.setAxisTitleFont(font(Font.PLAIN, 14));
    style.setAxisTickLabelsFont(font(Font.PLAIN, 12));
    style.setAxisTitlePadding(10);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setLegendPosition(LegendPosition.InsideNE);
    style.setLegendFont(font(Font.PLAIN, 13));
    style.setLegendBorderColor(GRID);
    style.setLegendBackgroundColor(new Color(255, 255, 255, 220));
    style.setLegendPadding(8);
    style.setAntiAlias(true);
  }

  /** A name with its middle left out where it is too long to be shown. */
  static String shortened(String name, int length) {
    String line = OneLine.of(name);
    if (line.length() <= length) {
      return line;
    }
    int half = (length - 1) / 2;
    return line.substring(0, half) + "\u2026" + line.substring(line.length() - half);
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
