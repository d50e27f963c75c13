package io.isotherm.contracts.control;

import io.isotherm.checks.Checks;

/**
 * Who did something, and when.
 *
 * @param by a name, or the address that the request came from
 * @param atMillis milliseconds since 1970, by the clock of the scheduler that took the request
 */
public record Signature(String by, long atMillis) {

  /** Longest name, in characters. */
  public static final int MAX_LENGTH = 200;

  /** Checks that there is a name. */
  public Signature {
    if (Checks.requireText("by", by).length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "by must have at most %d characters, got: %d".formatted(MAX_LENGTH, by.length()));
    }
    Checks.requireNotNegative("atMillis", atMillis);
  }
}
