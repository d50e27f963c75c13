package io.isotherm.checkpoints;

import io.isotherm.checks.OneLine;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What is known of the places of layers that have been ordered by their names.
 *
 * @param layers in that order
 * @param byName what ordered them
 */
record Neighbours(List<String> layers, DepthByName byName) {

  /** Between how many neighbours nothing but the alphabet decides. */
  int guesses() {
    return (int)
        IntStream.range(1, layers.size())
            .filter(i -> !byName.isKnown(layers.get(i - 1), layers.get(i)))
            .count();
  }

  /** Why the first is not known to be that, in one line. */
  Optional<String> firstDoubt() {
    return layers.isEmpty() ? Optional.empty() : doubt(layers.get(0), "first");
  }

  /** The same of the last. */
  Optional<String> lastDoubt() {
    return layers.isEmpty() ? Optional.empty() : doubt(layers.get(layers.size() - 1), "last");
  }

  private Optional<String> doubt(String end, String which) {
    return layers.stream()
        .filter(layer -> !layer.equals(end) && !byName.isKnown(end, layer))
        .findFirst()
        .map(
            other ->
                "nothing says which of %s and %s is the %s layer"
                    .formatted(OneLine.quoted(end), OneLine.quoted(other), which));
  }
}
