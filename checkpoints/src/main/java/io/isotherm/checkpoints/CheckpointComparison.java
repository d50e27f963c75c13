package io.isotherm.checkpoints;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.checkpoints.comparison.Change;
import io.isotherm.checkpoints.comparison.Comparison;
import io.isotherm.checkpoints.comparison.Measured;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.json.Json;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Two checkpoints, A and B, side by side: what changed, layer by layer. */
public final class CheckpointComparison {

  /** ASCII, so that the output means the same in every locale. */
  private static final ObjectWriter WRITER =
      Json.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private static final List<String> TITLES =
      List.of("layer", "shape", "alpha A", "alpha B", "change", "spectral norm", "norm", "");

  private final CheckpointAnalysis before;
  private final CheckpointAnalysis after;
  private final Comparison comparison;

  private CheckpointComparison(
      CheckpointAnalysis before, CheckpointAnalysis after, Comparison comparison) {
    this.before = before;
    this.comparison = comparison;
    this.after = after;
  }

  /**
   * Measures both, with progress bars if a person sees them.
   *
   * @throws io.isotherm.terminal.UserError if the solver does not work on this machine
   */
  public static CheckpointComparison of(
      CheckpointAnalysis before, CheckpointAnalysis after, Terminal terminal)
      throws InterruptedException {
    return new CheckpointComparison(
        before,
        after,
        Comparison.of(measured(before.measure(terminal)), measured(after.measure(terminal))));
  }

  private static List<Measured> measured(List<LayerResult> results) {
    return results.stream()
        .map(
            result ->
                new Measured(
                    result.name(),
                    result.shape(),
                    result.formed(),
                    result.numbers(),
                    remark(result)))
        .toList();
  }

  private static Optional<String> remark(LayerResult result) {
    if (result.hasFewEigenvalues()) {
      return Optional.of(
          "only %d eigenvalues".formatted(result.numbers().orElseThrow().eigenvalueCount()));
    }
    return result.reason().map(reason -> result.status() + ": " + OneLine.of(reason));
  }

  /** What the reader should know before the numbers: one line each. */
  public List<String> warnings() {
    if (!comparison.changes().isEmpty()) {
      return List.of();
    }
    return List.of(
        "no layer of A has the name of one of B, such as %s and %s"
            .formatted(example(comparison.onlyBefore()), example(comparison.onlyAfter())));
  }

  private static String example(List<Measured> layers) {
    return layers.isEmpty() ? "none" : OneLine.quoted(layers.get(0).name());
  }

  /**
   * Prints a table, those layers first whose alpha changes most, and a summary.
   *
   * @return the exit status
   */
  public int printTable(Terminal terminal) {
    List<Align> aligns = new ArrayList<>(Collections.nCopies(TITLES.size(), Align.RIGHT));
    aligns.set(0, Align.LEFT);
    aligns.set(1, Align.LEFT);
    aligns.set(aligns.size() - 1, Align.LEFT);
    TextTable table = new TextTable(TITLES, aligns);
    comparison.changes().forEach(change -> table.add(row(change)));
    comparison.onlyBefore().forEach(layer -> table.add(row(layer, alpha(layer), "", "only in A")));
    comparison.onlyAfter().forEach(layer -> table.add(row(layer, "", alpha(layer), "only in B")));
    List<String> lines = table.lines();
    terminal.print(terminal.bold(lines.get(0)));
    lines.subList(1, lines.size()).forEach(terminal::print);
    terminal.print("");
    terminal.print(terminal.bold("Summary"));
    line(
        terminal,
        "layers",
        "%d in both, %d only in A, %d only in B"
            .formatted(
                comparison.changes().size(),
                comparison.onlyBefore().size(),
                comparison.onlyAfter().size()));
    if (comparison.alphasBefore().getCount() > 0) {
      line(
          terminal,
          "mean alpha",
          format(
              "%.3f in A, %.3f in B (%d layers)",
              comparison.alphasBefore().getAverage(),
              comparison.alphasAfter().getAverage(),
              comparison.alphasBefore().getCount()));
    }
    line(terminal, "estimator", before.estimatorName());
    return status();
  }

  private static String[] row(Change change) {
    return new String[] {
      LayerText.name(change.before().name()),
      LayerText.shape(change.before().shape()),
      alpha(change.before()),
      alpha(change.after()),
      format(change.alpha(), "%+.3f", 1, 0),
      format(change.spectralNorm(), "%+.1f %%", 100, -100),
      format(change.norm(), "%+.1f %%", 100, -100),
      change.remark().orElse("")
    };
  }

  private static String[] row(Measured layer, String before, String after, String remark) {
    return new String[] {
      LayerText.name(layer.name()),
      LayerText.shape(layer.shape()),
      before,
      after,
      "",
      "",
      "",
      remark
    };
  }

  private static String alpha(Measured layer) {
    return layer.numbers().map(numbers -> format("%.3f", numbers.alpha())).orElse("-");
  }

  private static String format(OptionalDouble number, String format, double scale, double offset) {
    return number.isPresent() ? format(format, number.getAsDouble() * scale + offset) : "";
  }

  private static String format(String format, Object... numbers) {
    return String.format(Locale.ROOT, format, numbers);
  }

  private static void line(Terminal terminal, String title, String text) {
    terminal.print("  %-13s  %s".formatted(title, text));
  }

  /**
   * Prints one JSON object per layer, in the table's order.
   *
   * @return the exit status
   */
  public int printJson(Terminal terminal) {
    comparison
        .changes()
        .forEach(
            change -> {
              ObjectNode json = json(change.before());
              putSide(json, "before", Optional.of(change.before()));
              putSide(json, "after", Optional.of(change.after()));
              put(json, "alphaChange", change.alpha());
              put(json, "spectralNormRatio", change.spectralNorm());
              put(json, "normRatio", change.norm());
              json.put("remark", change.remark().orElse(null));
              print(terminal, json);
            });
    comparison.onlyBefore().forEach(layer -> print(terminal, onlyIn(layer, "before")));
    comparison.onlyAfter().forEach(layer -> print(terminal, onlyIn(layer, "after")));
    return status();
  }

  private static ObjectNode json(Measured layer) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("layer", layer.name());
    return json;
  }

  private static ObjectNode onlyIn(Measured layer, String side) {
    ObjectNode json = json(layer);
    for (String each : List.of("before", "after")) {
      putSide(json, each, each.equals(side) ? Optional.of(layer) : Optional.empty());
    }
    for (String change : List.of("alphaChange", "spectralNormRatio", "normRatio")) {
      json.putNull(change);
    }
    json.put("remark", layer.remark().orElse(null));
    return json;
  }

  private static void putSide(ObjectNode json, String side, Optional<Measured> layer) {
    if (layer.isEmpty()) {
      json.putNull(side);
      return;
    }
    ObjectNode numbers = json.putObject(side);
    layer.get().shape().forEach(numbers.putArray("shape")::add);
    layer.get().formed().ifPresent(how -> numbers.put("formed", how));
    Optional<Outcome.Analysed> some = layer.get().numbers();
    numbers.put("alpha", some.map(Outcome.Analysed::alpha).orElse(null));
    numbers.put("spectralNorm", some.map(Outcome.Analysed::spectralNorm).orElse(null));
    numbers.put("norm", some.map(Outcome.Analysed::frobeniusNorm).orElse(null));
    numbers.put("stableRank", some.map(Outcome.Analysed::stableRank).orElse(null));
  }

  private static void put(ObjectNode json, String field, OptionalDouble number) {
    json.put(field, number.isPresent() ? (Double) number.getAsDouble() : null);
  }

  private static void print(Terminal terminal, ObjectNode json) {
    try {
      terminal.print(WRITER.writeValueAsString(json));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int status() {
    return after.isWhole() ? before.status(!comparison.changes().isEmpty()) : after.status(false);
  }
}
