package io.isotherm.standalone.analyze;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A pattern for names of tensors: {@code *} stands for any characters, dots included, {@code ?} for
 * one, everything else for itself.
 *
 * @param text as the user wrote it
 * @param pattern the same as a regular expression
 */
public record Glob(String text, Pattern pattern) {

  /** Reads a pattern; every text is one. */
  public static Glob of(String text) {
    String expression =
        text.chars()
            .mapToObj(
                c ->
                    switch (c) {
                      case '*' -> ".*";
                      case '?' -> ".";
                      default -> Pattern.quote(Character.toString(c));
                    })
            .collect(Collectors.joining());
    return new Glob(text, Pattern.compile(expression, Pattern.DOTALL));
  }

  /** Whether the whole name fits. */
  public boolean matches(String name) {
    return pattern.matcher(name).matches();
  }
}
