package io.isotherm.methods.policy;

import io.isotherm.checks.Checks;
import java.util.List;

/**
 * A pattern for names of layers and tensors: {@code *} stands for any characters, dots included,
 * {@code ?} for one, everything else for itself.
 *
 * @param text as the user wrote it
 */
public record Glob(String text) {

  /** Reads a pattern; every text is one. */
  public static Glob of(String text) {
    return new Glob(text);
  }

  /** Checks that there is a text. */
  public Glob {
    Checks.requirePresent("pattern", text);
  }

  /** Whether the whole name fits one of the patterns. */
  public static boolean anyMatches(List<String> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> of(pattern).matches(name));
  }

  /**
   * Whether the whole name fits. Patterns come from users and from messages: the time is at most
   * the product of the two lengths, whatever the pattern.
   */
  public boolean matches(String name) {
    int inPattern = 0;
    int inName = 0;
    int star = -1;
    int afterStar = 0;
    while (inName < name.length()) {
      if (inPattern < text.length() && text.charAt(inPattern) == '*') {
        star = inPattern++;
        afterStar = inName;
      } else if (inPattern < text.length()
          && (text.charAt(inPattern) == '?' || text.charAt(inPattern) == name.charAt(inName))) {
        inPattern++;
        inName++;
      } else if (star >= 0) {
        // The last star takes one character more, and what follows it is tried again.
        inPattern = star + 1;
        inName = ++afterStar;
      } else {
        return false;
      }
    }
    while (inPattern < text.length() && text.charAt(inPattern) == '*') {
      inPattern++;
    }
    return inPattern == text.length();
  }
}
