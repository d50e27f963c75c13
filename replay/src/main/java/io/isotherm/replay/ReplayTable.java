package io.isotherm.replay;

import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** A table for people, one block per step, and how far the policies are from what was set. */
public final class ReplayTable implements ReplayReport {

  private final Terminal out;
  private final List<String> names;

  /**
   * Prints to {@code out}.
   *
   * @param names of the one or two policies, as the user gave them
   */
  public ReplayTable(Terminal out, List<String> names) {
    this.out = out;
    this.names = List.copyOf(names);
  }

  @Override
  public void print(RecordedRun run, List<ReplayedLayer> layers) {
    if (layers.isEmpty()) {
      out.print("  nothing was decided in these epochs");
      return;
    }
    boolean decay = layers.stream().anyMatch(ReplayTable::hasWeightDecay);
    TextTable table = new TextTable(titles(decay), aligns(decay));
    layers.forEach(layer -> table.add(cells(layer, decay)));
    List<String> lines = table.lines();
    out.print(lines.get(0));
    for (int i = 0; i < layers.size(); i++) {
      if (i > 0 && layers.get(i).step() != layers.get(i - 1).step()) {
        out.print("");
      }
      out.print(lines.get(i + 1));
      if (out.isClosed()) {
        return;
      }
    }
    summary(run, layers);
  }

  private static boolean hasWeightDecay(ReplayedLayer layer) {
    return layer.weightDecaySet().isPresent()
        || layer.policies().stream().anyMatch(proposal -> proposal.weightDecayFactor().isPresent());
  }

  private List<String> titles(boolean decay) {
    List<String> titles = new ArrayList<>(List.of("layer", "epoch", "step", "alpha", "set"));
    titles.addAll(names);
    if (decay) {
      titles.add("decay set");
      names.forEach(name -> titles.add("decay " + name));
    }
    return titles;
  }

  private List<Align> aligns(boolean decay) {
    List<Align> aligns = new ArrayList<>(Collections.nCopies(titles(decay).size(), Align.RIGHT));
    aligns.set(0, Align.LEFT);
    return aligns;
  }

  private static String[] cells(ReplayedLayer layer, boolean decay) {
    List<String> cells = new ArrayList<>();
    cells.add(layer.layer());
    cells.add(Integer.toString(layer.epoch()));
    cells.add(Long.toString(layer.step()));
    cells.add(number(layer.alpha()));
    cells.add(number(layer.set()));
    layer.policies().forEach(proposal -> cells.add(number(OptionalDouble.of(proposal.factor()))));
    if (decay) {
      cells.add(number(layer.weightDecaySet()));
      layer.policies().forEach(proposal -> cells.add(number(proposal.weightDecayFactor())));
    }
    return cells.toArray(String[]::new);
  }

  private void summary(RecordedRun run, List<ReplayedLayer> layers) {
    long steps = layers.stream().mapToLong(ReplayedLayer::step).distinct().count();
    out.print("");
    out.print(out.bold("Summary"));
    out.print(
        "  run %s, incarnation %d: steps shown %d, decided %d"
            .formatted(
                run.description().run(),
                run.description().incarnation(),
                steps,
                layers.stream()
                    .filter(layer -> layer.revision().isPresent())
                    .mapToLong(ReplayedLayer::step)
                    .distinct()
                    .count()));
    for (int policy = 0; policy < names.size(); policy++) {
      int index = policy;
      distance(
          names.get(policy) + " from what was set",
          layers.stream().filter(layer -> layer.set().isPresent()).toList(),
          layer -> layer.policies().get(index).factor() - layer.set().orElseThrow());
    }
    if (names.size() > 1) {
      distance(
          names.get(0) + " from " + names.get(1),
          layers,
          layer -> layer.policies().get(0).factor() - layer.policies().get(1).factor());
    }
  }

  private void distance(
      String what, List<ReplayedLayer> layers, ToDoubleFunction<ReplayedLayer> difference) {
    Optional<ReplayedLayer> farthest =
        layers.stream()
            .max(Comparator.comparingDouble(layer -> Math.abs(difference.applyAsDouble(layer))));
    farthest.ifPresent(
        layer ->
            out.print(
                String.format(
                    Locale.ROOT,
                    "  %s: %.3f in the mean, at most %+.3f (%s at step %d)",
                    what,
                    layers.stream()
                        .mapToDouble(each -> Math.abs(difference.applyAsDouble(each)))
                        .average()
                        .orElse(0),
                    difference.applyAsDouble(layer),
                    layer.layer(),
                    layer.step())));
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.3f", value.getAsDouble()) : "-";
  }
}
