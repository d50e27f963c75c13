package io.isotherm.local.demo;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The end of an epoch for a reader: one row per weight layer with the rates in force. */
final class EpochTable {

  private static final double VISIBLE = 0.005;

  /** The place of the last column, before which weight decay comes. */
  private static final int NOTE = 4;

  private EpochTable() {}

  /**
   * The lines of one epoch.
   *
   * @param decision the one in force, if it is known
   */
  static List<String> lines(
      Terminal terminal,
      Progress progress,
      int epochs,
      Optional<AppliedDecision> inForce,
      Optional<Decision> decision) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(terminal.bold(title(progress, epochs)));
    if (inForce.isEmpty()) {
      lines.add(
          "  no decision yet: every layer at the base learning rate %s"
              .formatted(rate(progress.baseLearningRate())));
      return lines;
    }
    lines.add(
        "  decision %d, based on step %d, in force since step %d (%d later)"
            .formatted(
                inForce.get().revision(),
                inForce.get().basedOnStep(),
                inForce.get().appliedAtStep(),
                inForce.get().stalenessSteps()));
    decision.ifPresent(known -> lines.addAll(table(terminal, progress, known)));
    return lines;
  }

  private static String title(Progress progress, int epochs) {
    StringBuilder title = new StringBuilder("Epoch ");
    title.append(progress.epoch()).append('/').append(epochs);
    title.append(", step ").append(progress.step()).append('/').append(progress.totalSteps());
    progress
        .loss()
        .ifPresent(loss -> title.append(String.format(Locale.ROOT, ", loss %.3f", loss)));
    progress
        .accuracy()
        .ifPresent(
            accuracy ->
                title.append(String.format(Locale.ROOT, ", accuracy %.1f %%", 100 * accuracy)));
    return title.toString();
  }

  private static List<String> table(Terminal terminal, Progress progress, Decision decision) {
    boolean decays = decision.policy().onWeightDecay().isPresent();
    List<String> head = new ArrayList<>(List.of("layer", "alpha", "factor", "learning rate", ""));
    List<Align> aligns =
        new ArrayList<>(List.of(Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.LEFT));
    if (decays) {
      head.add(NOTE, "weight decay factor");
      aligns.add(NOTE, Align.RIGHT);
    }
    TextTable table = new TextTable(head, aligns);
    List<Double> factors = new ArrayList<>();
    for (LayerRate layer : decision.layers()) {
      if (layer.role() != LayerRate.Role.FOLLOWS) {
        double factor = progress.factors().getOrDefault(layer.layer(), 1.0);
        factors.add(factor);
        List<String> cells =
            new ArrayList<>(
                List.of(
                    layer.layer(),
                    layer.alpha().isPresent()
                        ? String.format(Locale.ROOT, "%.3f", layer.alpha().getAsDouble())
                        : "-",
                    String.format(Locale.ROOT, "%.3f", factor),
                    rate(factor * progress.baseLearningRate()),
                    note(layer)));
        if (decays) {
          cells.add(
              NOTE,
              String.format(
                  Locale.ROOT,
                  "%.3f",
                  progress.weightDecayFactors().getOrDefault(layer.layer(), 1.0)));
        }
        table.add(cells.toArray(String[]::new));
      }
    }
    List<String> lines = new ArrayList<>(table.lines());
    for (int row = 0; row < factors.size(); row++) {
      double factor = factors.get(row);
      String line = lines.get(row + 1);
      lines.set(
          row + 1,
          factor > 1 + VISIBLE
              ? terminal.warm(line)
              : factor < 1 - VISIBLE ? terminal.cold(line) : line);
    }
    return lines;
  }

  /** A layer whose learning rate or weight decay is tuned needs none. */
  private static String note(LayerRate layer) {
    boolean decayIsTuned =
        layer.weightDecay().filter(decay -> decay.role() == LayerRate.Role.TUNED).isPresent();
    LayerRate.Role role = decayIsTuned ? LayerRate.Role.TUNED : layer.role();
    return switch (role) {
      case TUNED, FOLLOWS -> "";
      case EXCLUDED -> "not tuned";
      case NO_ALPHA -> "no alpha";
      case HELD -> "held";
    };
  }

  private static String rate(double learningRate) {
    return String.format(Locale.ROOT, "%.6f", learningRate);
  }
}
