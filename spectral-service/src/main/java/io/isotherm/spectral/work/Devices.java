package io.isotherm.spectral.work;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which GPUs layers are analysed on.
 *
 * @param named by CUDA's numbers, from 0; empty for all that there are
 */
public record Devices(Optional<List<Integer>> named) {

  private static final String ALL = "all";

  /**
   * Reads {@code all}, or numbers with commas between them.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Devices of(String text) {
    if (text.strip().equals(ALL)) {
      return new Devices(Optional.empty());
    }
    try {
      return new Devices(
          Optional.of(
              Arrays.stream(text.split(",", -1))
                  .map(number -> Integer.parseUnsignedInt(number.strip()))
                  .distinct()
                  .toList()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "devices must be 'all', or numbers such as '0,1', got: '%s'".formatted(text), e);
    }
  }

  /** The numbers, where there are so many devices. */
  List<Integer> among(int count) {
    return named.orElseGet(() -> IntStream.range(0, count).boxed().toList());
  }
}
