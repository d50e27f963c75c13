package io.isotherm.checks;

import java.util.regex.Pattern;

/** The rules for names that become part of a Kafka key, a header or a URL. */
public final class Names {

  /** Longest name of a run, in characters. */
  public static final int MAX_RUN_LENGTH = 100;

  /** Longest name of a layer, in characters. */
  public static final int MAX_LAYER_LENGTH = 255;

  private static final Pattern RUN =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (MAX_RUN_LENGTH - 1) + "}");
  private static final Pattern LAYER = Pattern.compile("[\\x21-\\x7e]{1," + MAX_LAYER_LENGTH + "}");

  private Names() {}

  /**
   * Returns {@code run} if it can name a run: 1 to 100 letters, digits, dots, underscores and
   * hyphens, the first of them a letter or a digit.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static String requireRun(String run) {
    return requireWord("a run's name", run);
  }

  /**
   * Returns {@code shadow} if it can name a shadow policy; the rules are those of a run's name.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static String requireShadow(String shadow) {
    return requireWord("a shadow's name", shadow);
  }

  /** Whether {@code run} can name a run. */
  public static boolean isRun(String run) {
    return run != null && RUN.matcher(run).matches();
  }

  private static String requireWord(String what, String name) {
    if (name == null || !RUN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + " must be 1 to "
              + MAX_RUN_LENGTH
              + " letters, digits, '.', '_' or '-', got: "
              + OneLine.quoted(name));
    }
    return name;
  }

  /** Whether {@link #requireLayer} returns the name. */
  public static boolean isLayer(String layer) {
    return layer != null && LAYER.matcher(layer).matches();
  }

  /**
   * Returns {@code layer} if it can name a layer: 1 to 255 printable ASCII characters without
   * blanks.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static String requireLayer(String layer) {
    if (!isLayer(layer)) {
      throw new IllegalArgumentException(
          "a layer's name must be 1 to "
              + MAX_LAYER_LENGTH
              + " printable ASCII characters without blanks, got: "
              + OneLine.quoted(layer));
    }
    return layer;
  }
}
