package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.NetworkLayer;
import io.isotherm.checkpoints.layers.TensorKind;
import io.isotherm.checkpoints.plot.DepthPlot.Point;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.Verdict;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table with a line per layer, and a summary. */
final class TableAnalysisReport implements AnalysisReport {

  private static final String WIDEST_NUMBER = "1.234e+10";
  private static final List<String> NUMBERS =
      List.of("alpha", "random", "z", "KS", "spectral norm", "stable rank");

  private final Terminal terminal;
  private final LayerSelection selection;
  private final AnalysisSettings settings;
  private final List<String> rates;
  private final List<String> texts;
  private final TextTable table;
  private int shown;
  private int tuned;
  private final long started = System.nanoTime();
  private boolean begun;

  /** A report that begins with the table's header, once there is a result to show. */
  TableAnalysisReport(Terminal terminal, LayerSelection selection, AnalysisSettings settings) {
    this.terminal = terminal;
    this.selection = selection;
    this.settings = settings;
    this.rates = settings.policy().map(policy -> rateColumns(policy.policy())).orElse(List.of());
    this.texts =
        selection.layers().stream().anyMatch(layer -> layer.weight().how().isPresent())
            ? List.of("layer", "shape", "formed")
            : List.of("layer", "shape");
    this.table = table(selection);
  }

  private static List<String> rateColumns(PolicySpec policy) {
    return policy.onWeightDecay().isPresent()
        ? List.of("factor", "learningRate", "weightDecayFactor")
        : List.of("factor", "learningRate");
  }

  private TextTable table(LayerSelection selection) {
    List<String> titles = new ArrayList<>(texts);
    titles.addAll(NUMBERS);
    titles.addAll(rates);
    titles.add("verdict");
    List<Align> aligns = new ArrayList<>(Collections.nCopies(titles.size(), Align.RIGHT));
    Collections.fill(aligns.subList(0, texts.size()), Align.LEFT);
    aligns.set(aligns.size() - 1, Align.LEFT);
    TextTable widths = new TextTable(titles, aligns);
    for (NetworkLayer layer : selection.layers()) {
      List<String> widest = texts(layer.name(), shape(layer), layer.weight().how());
      widest.addAll(List.of("123.456", "~12.345", "-123.4", "0.123", WIDEST_NUMBER, ""));
      widest.addAll(Collections.nCopies(rates.size(), WIDEST_NUMBER));
      widest.add("");
      widths.add(widest.toArray(String[]::new));
    }
    return widths;
  }

  private List<String> texts(String layer, String shape, Optional<String> formed) {
    List<String> cells = new ArrayList<>(List.of(LayerText.name(layer), shape));
    if (texts.size() > cells.size()) {
      cells.add(formed.orElse(""));
    }
    return cells;
  }

  @Override
  public boolean show(LayerResult result) {
    if (!begun) {
      begun = true;
      terminal.print(terminal.bold(table.headerLine()));
    }
    tuned += result.rate().filter(LayerResult.Rate::isTuned).isPresent() ? 1 : 0;
    shown++;
    if (result.outcome() instanceof Outcome.Analysed numbers) {
      String line =
          row(
              result,
              format("%.3f", numbers.alpha()),
              numbers.chance().map(TableAnalysisReport::random).orElse(""),
              numbers.chance().map(chance -> format("%+.1f", chance.alphaZ())).orElse(""),
              format("%.3f", numbers.ksDistance()),
              format("%.4g", numbers.spectralNorm()),
              format("%.2f", numbers.stableRank()));
      terminal.print(
          line
              + (result.hasFewEigenvalues()
                  ? "  only %d eigenvalues".formatted(numbers.eigenvalueCount())
                  : result.verdict(settings.estimator()).map(this::verdict).orElse("")));
    } else {
      terminal.print(
          "%s  %s: %s"
              .formatted(
                  row(result, "-", "", "", "", "", ""),
                  result.status(),
                  OneLine.of(result.reason().orElse(""))));
    }
    return !terminal.isClosed();
  }

  /** Alpha of random matrices, marked where smaller ones were drawn. */
  private static String random(Chance chance) {
    return format("%s%.3f", chance.basis() == Chance.Basis.SCALED ? "~" : "", chance.alphaNull());
  }

  private String row(LayerResult result, String... numbers) {
    List<String> cells = texts(result.name(), shape(result.layer()), result.formed());
    cells.addAll(List.of(numbers));
    result
        .rate()
        .ifPresent(
            rate -> {
              cells.add(format("%.4f", rate.factor()));
              cells.add(format("%.4g", rate.learningRate()));
              rate.weightDecayFactor().ifPresent(factor -> cells.add(format("%.4f", factor)));
            });
    cells.add("");
    return table.line(cells.toArray(String[]::new));
  }

  private String verdict(Verdict verdict) {
    String label = verdict.label();
    return "  "
        + switch (verdict) {
          case OVER_TRAINED, HEAVIER_THAN_RANDOM -> terminal.warm(label);
          case UNDER_TRAINED, LIGHTER_THAN_RANDOM -> terminal.cold(label);
          case LIKE_RANDOM -> label;
        };
  }

  @Override
  public void end(Tally tally) {
    double seconds = (System.nanoTime() - started) / 1e9;
    if (begun) {
      terminal.print("");
    }
    terminal.print(terminal.bold("Summary"));
    line(
        "layers",
        "%d analysed, %d skipped, %d failed"
            .formatted(tally.analysed(), tally.skipped(), tally.failed()));
    CoverageLines.of(Coverage.of(selection, tally), settings.isVerbose())
        .forEach(covered -> line(covered.title(), covered.text()));
    tally.stacks().forEach(this::showStack);
    tally.spread().ifPresent(this::showSpread);
    if (tally.few() > 0) {
      line(
          "too few",
          "%s with fewer than %d eigenvalues %s for no mean, median or verdict"
              .formatted(
                  TensorKind.LAYER.counted(tally.few()),
                  LayerResult.LEAST_EIGENVALUES,
                  tally.few() == 1 ? "counts" : "count"));
    }
    showVerdicts(tally);
    if (!selection.leftOutInWords().isEmpty()) {
      line("left out", selection.leftOutInWords() + " (--include PATTERN brings some back)");
    }
    showAxes();
    showOrder();
    line("estimator", settings.estimatorName());
    if (!rates.isEmpty()) {
      line("policy", "%d of %s tuned".formatted(tuned, TensorKind.LAYER.counted(shown)));
      selection.order().first().ifPresent(this::showEnds);
    }
    if (tally.analysed() > 0) {
      line(
          "precision",
          "%d of %s in fp64"
              .formatted(tally.inDouble(), TensorKind.LAYER.counted(tally.analysed())));
    }
    settings.plots().ifPresent(folder -> line("plots", folder.toString()));
    line("time", format("%.1f s, %.1f s of CPU", seconds, tally.cpuSeconds()));
  }

  private void showEnds(String first) {
    DepthOrder order = selection.order();
    line(
        "first, last",
        "%s, %s (%s%s)"
            .formatted(
                LayerText.name(first),
                LayerText.name(order.last().orElseThrow()),
                order.isByName()
                    ? "by name, since the file is sorted by name"
                    : "in the file's order",
                order.tiedHead().equals(order.last())
                    ? "; the head is tied to the embedding"
                    : ""));
  }

  /** Silent where the file says the order. */
  private void showOrder() {
    DepthOrder order = selection.order();
    if (order.guesses() > 0) {
      line(
          "order",
          "unknown: by name, which says nothing between %d of %d neighbours"
              .formatted(order.guesses(), order.layers().size() - 1));
    }
    order.firstDoubt().ifPresent(doubt -> line("first layer", "unknown: " + doubt));
    order.lastDoubt().ifPresent(doubt -> line("last layer", "unknown: " + doubt));
  }

  private void showSpread(Tally.Spread spread) {
    line("alpha", format("mean %.3f, median %.3f", spread.mean(), spread.median()));
    line("  smallest", named(spread.smallest()));
    line("  largest", named(spread.largest()));
  }

  private void showStack(String name, Tally members) {
    String numbers =
        members
            .spread()
            .map(
                spread ->
                    format(
                        "alpha %.3f to %.3f, mean %.3f, median %.3f",
                        spread.smallest().alpha(),
                        spread.largest().alpha(),
                        spread.mean(),
                        spread.median()))
            .orElse("no alpha");
    line(
        "stack",
        "%s: %d matrices, %s".formatted(LayerText.name(name), members.analysed(), numbers));
  }

  private void showAxes() {
    long guessed = selection.layers().stream().filter(layer -> layer.axes().isGuess()).count();
    if (guessed > 0) {
      line(
          "axes",
          "those of %s (?) are a guess; --layout says whose order it is"
              .formatted(TensorKind.LAYER.counted(guessed)));
    }
  }

  private void showVerdicts(Tally tally) {
    for (Verdict verdict : List.of(Verdict.OVER_TRAINED, Verdict.UNDER_TRAINED)) {
      if (tally.count(verdict) > 0) {
        line(
            verdict.label(),
            tally.count(verdict) + " of " + TensorKind.LAYER.counted(tally.analysed()));
      }
    }
    String againstChance =
        Stream.of(Verdict.LIKE_RANDOM, Verdict.HEAVIER_THAN_RANDOM, Verdict.LIGHTER_THAN_RANDOM)
            .filter(verdict -> tally.count(verdict) > 0)
            .map(verdict -> tally.count(verdict) + " " + verdict.label())
            .collect(Collectors.joining(", "));
    if (!againstChance.isEmpty()) {
      line("chance", againstChance);
    }
  }

  private void line(String title, String text) {
    terminal.print("  %-13s  %s".formatted(title, text));
  }

  private static String named(Point alpha) {
    return format("%.3f", alpha.alpha()) + "  " + LayerText.name(alpha.layer());
  }

  /** A question mark says that the axes are a guess. */
  private static String shape(NetworkLayer layer) {
    return LayerText.shape(layer.shape()) + (layer.axes().isGuess() ? " ?" : "");
  }

  private static String format(String format, Object... numbers) {
    return String.format(Locale.ROOT, format, numbers);
  }
}
