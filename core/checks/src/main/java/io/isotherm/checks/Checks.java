package io.isotherm.checks;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Checks of the message records' constructors; each message names the field and the value. */
public final class Checks {

  private Checks() {}

  /** Returns {@code value} if it is 0 or more. */
  public static long requireNotNegative(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(field + " must be 0 or more, got: " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is 1 or more. */
  public static long requirePositive(String field, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(field + " must be 1 or more, got: " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is neither NaN nor infinite. */
  public static double requireFinite(String field, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(field + " must be finite, got: " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is finite and 0 or more. */
  public static double requireNotNegative(String field, double value) {
    if (requireFinite(field, value) < 0) {
      throw new IllegalArgumentException(field + " must be 0 or more, got: " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is finite and greater than 0. */
  public static double requirePositive(String field, double value) {
    if (requireFinite(field, value) <= 0) {
      throw new IllegalArgumentException(field + " must be greater than 0, got: " + value);
    }
    return value;
  }

  /** Returns {@code text} if it has a character that is not white space. */
  public static String requireText(String field, String text) {
    if (text == null || text.isBlank()) {
      throw new IllegalArgumentException(field + " must not be empty");
    }
    return text;
  }

  /** Returns an unmodifiable copy of {@code list} if it and all its elements are there. */
  public static <T> List<T> requireElements(String field, List<T> list) {
    int index = 0;
    for (T element : requirePresent(field, list)) {
      requirePresent("element " + index + " of " + field, element);
      index++;
    }
    return List.copyOf(list);
  }

  /** Returns an unmodifiable copy of {@code map} if it and all its keys and values are there. */
  public static <K, V> Map<K, V> requireEntries(String field, Map<K, V> map) {
    requirePresent(field, map)
        .forEach(
            (key, value) -> {
              if (key == null || value == null) {
                throw new IllegalArgumentException(
                    "entry "
                        + OneLine.quoted(Objects.toString(key))
                        + " of "
                        + field
                        + " is missing");
              }
            });
    return Map.copyOf(map);
  }

  /** Returns {@code value} if it is there. */
  public static <T> T requirePresent(String field, T value) {
    if (value == null) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return value;
  }
}
