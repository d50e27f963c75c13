package io.isotherm.checks;

/**
 * Text from outside as it may stand in an error message or a log: short, in one line, so that a
 * hostile record can neither flood a log nor forge a second line in it.
 */
public final class OneLine {

  /** Longest message, in characters. */
  public static final int MAX_LENGTH = 500;

  private static final int MAX_QUOTED = 80;
  private static final String CUT = "...";

  private OneLine() {}

  /** A whole message: line breaks and other control characters become '?', the end is cut off. */
  public static String of(String message) {
    return message == null ? "" : clean(message, MAX_LENGTH - CUT.length());
  }

  /** The first line of a message that may have several, such as another library's; "" for null. */
  public static String first(String message) {
    return message == null ? "" : of(message.lines().findFirst().orElse(""));
  }

  /** A value in quotes, at most 80 characters of it; {@code none} for null. */
  public static String quoted(String value) {
    return value == null ? "none" : "'" + clean(value, MAX_QUOTED) + "'";
  }

  private static String clean(String text, int max) {
    String cut = text.length() > max ? text.substring(0, max) + CUT : text;
    return cut.replaceAll("[\\p{Cc}\\x{2028}\\x{2029}]", "?");
  }
}
