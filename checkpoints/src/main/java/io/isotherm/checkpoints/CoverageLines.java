package io.isotherm.checkpoints;

import io.isotherm.checks.OneLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Coverage as lines of a summary. */
final class CoverageLines {

  /** Shares that would be shown as 0.0 %. */
  private static final double NOTHING = 0.0005;

  private static final double WHOLE = 100;

  /**
   * A line.
   *
   * @param title in front of it
   * @param text of the line
   */
  record Line(String title, String text) {}

  private CoverageLines() {}

  /**
   * The lines; none if everything was measured.
   *
   * @param isVerbose whether every tensor is named
   */
  static List<Line> of(Coverage coverage, boolean isVerbose) {
    List<Line> lines = new ArrayList<>();
    if (coverage.share() < 1) {
      lines.add(new Line("coverage", "%s of the weights".formatted(percent(coverage.share()))));
      lines.add(
          new Line(
              "  as layers",
              "%s of those that could be layers".formatted(percent(coverage.shareOfLayers()))));
      coverage.leftOut().forEach(part -> addPart(lines, coverage, part, isVerbose));
    }
    coverage.warning().ifPresent(warning -> lines.add(new Line("warning", warning)));
    return lines;
  }

  private static void addPart(
      List<Line> lines, Coverage coverage, Coverage.Part part, boolean isVerbose) {
    double share = part.tensors().parameters() / coverage.parameters();
    if (share >= NOTHING || isVerbose) {
      int count = part.tensors().count();
      lines.add(
          new Line(
              "  " + part.reason(),
              "%s in %d %s".formatted(percent(share), count, count == 1 ? "tensor" : "tensors")));
    }
    if (isVerbose) {
      part.tensors().names().forEach(name -> lines.add(new Line("", "  " + OneLine.of(name))));
    }
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", WHOLE * share);
  }
}
