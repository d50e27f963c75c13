package io.isotherm.methods;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Finds what a user means by a name: the constant whose {@code toString} it is. */
final class WrittenName {

  private WrittenName() {}

  /**
   * Reads what a user wrote.
   *
   * @throws IllegalArgumentException with one line that lists the names, if it is none of them
   */
  static <E extends Enum<E>> E parse(Class<E> type, String text) {
    E[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> constant.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be one of %s, got: '%s'"
                        .formatted(
                            Arrays.stream(constants)
                                .map(E::toString)
                                .collect(Collectors.joining(", ")),
                            text)));
  }
}
