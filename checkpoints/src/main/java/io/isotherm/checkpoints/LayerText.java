package io.isotherm.checkpoints;

import io.isotherm.checks.OneLine;
import java.util.List;
import java.util.stream.Collectors;

/** How a layer is written in a line of a table. */
final class LayerText {

  private static final int WIDEST_NAME = 87;
  private static final String ELISION = "...";

  private LayerText() {}

  /** A blank name, which a file may have, would be overlooked without its quotes. */
  static String name(String layer) {
    return layer.isBlank() ? OneLine.quoted(layer) : OneLine.of(elided(layer));
  }

  /** Both ends of a name say more than its middle. */
  private static String elided(String layer) {
    if (layer.length() <= WIDEST_NAME) {
      return layer;
    }
    int half = (WIDEST_NAME - ELISION.length()) / 2;
    return layer.substring(0, half) + ELISION + layer.substring(layer.length() - half);
  }

  /** Such as {@code 64x3x7x7}. */
  static String shape(List<Long> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining("x"));
  }
}
