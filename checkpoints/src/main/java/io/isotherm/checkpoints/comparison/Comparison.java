package io.isotherm.checkpoints.comparison;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The layers of two checkpoints.
 *
 * @param changes of the layers that both have, those first whose alpha changes most
 * @param onlyBefore layers that only the first has
 * @param onlyAfter layers that only the second has
 */
public record Comparison(
    List<Change> changes, List<Measured> onlyBefore, List<Measured> onlyAfter) {

  /** What PyTorch's wrappers for several processes and its compiler put in front of all names. */
  private static final Pattern WRAPPERS = Pattern.compile("^(module\\.|_orig_mod\\.)+");

  /** Copies the lists. */
  public Comparison {
    changes = List.copyOf(changes);
    onlyBefore = List.copyOf(onlyBefore);
    onlyAfter = List.copyOf(onlyAfter);
  }

  /** Matches layers by name. */
  public static Comparison of(List<Measured> before, List<Measured> after) {
    Map<String, Measured> unmatched = new LinkedHashMap<>();
    after.forEach(layer -> unmatched.putIfAbsent(key(layer), layer));
    List<Change> changes = new ArrayList<>();
    List<Measured> onlyBefore = new ArrayList<>();
    for (Measured layer : before) {
      Measured other = unmatched.remove(key(layer));
      if (other == null) {
        onlyBefore.add(layer);
      } else {
        changes.add(new Change(layer, other));
      }
    }
    changes.sort(Comparator.comparingDouble(Comparison::size).reversed());
    return new Comparison(changes, onlyBefore, List.copyOf(unmatched.values()));
  }

  private static String key(Measured layer) {
    return WRAPPERS.matcher(layer.name()).replaceFirst("");
  }

  /** Without a change of alpha, a layer comes behind those that have one. */
  private static double size(Change change) {
    return change.alpha().isPresent() ? Math.abs(change.alpha().getAsDouble()) : -1;
  }

  /** Of the layers whose alpha is known in both. */
  public DoubleSummaryStatistics alphasBefore() {
    return alphas(true);
  }

  /** The same after. */
  public DoubleSummaryStatistics alphasAfter() {
    return alphas(false);
  }

  private DoubleSummaryStatistics alphas(boolean isBefore) {
    return changes.stream()
        .filter(change -> change.alpha().isPresent())
        .map(change -> isBefore ? change.before() : change.after())
        .mapToDouble(layer -> layer.numbers().orElseThrow().alpha())
        .summaryStatistics();
  }
}
