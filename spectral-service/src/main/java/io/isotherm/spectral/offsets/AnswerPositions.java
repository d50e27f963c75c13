package io.isotherm.spectral.offsets;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A place on {@code isotherm.spectra}: an offset for each of its partitions. Travels as the
 * metadata of a committed offset.
 *
 * @param offsets by partition; those of partitions that are not listed are 0
 */
public record AnswerPositions(List<Long> offsets) {

  /** The beginning of every partition. */
  public static final AnswerPositions BEGINNING = new AnswerPositions(List.of());

  private static final String VERSION = "a1:";

  /** Below a broker's default {@code offset.metadata.max.bytes}. */
  private static final int MAX_LENGTH = 4000;

  /** Copies the list. */
  public AnswerPositions {
    offsets = List.copyOf(offsets);
  }

  /** The offset in one partition. */
  public long of(int partition) {
    return partition < offsets.size() ? offsets.get(partition) : 0;
  }

  /** As text; of so many partitions that they do not fit, the beginning of all. */
  public String encode() {
    String text =
        offsets.stream()
            .map(offset -> Long.toString(offset, Character.MAX_RADIX))
            .collect(Collectors.joining(",", VERSION, ""));
    return text.length() <= MAX_LENGTH ? text : VERSION;
  }

  /** Reads what {@link #encode} wrote; empty for any other text, such as another program's. */
  public static Optional<AnswerPositions> decode(String text) {
    if (text == null || !text.startsWith(VERSION)) {
      return Optional.empty();
    }
    String numbers = text.substring(VERSION.length());
    try {
      return Optional.of(
          numbers.isEmpty()
              ? BEGINNING
              : new AnswerPositions(
                  Arrays.stream(numbers.split(",", -1))
                      .map(number -> Long.parseLong(number, Character.MAX_RADIX))
                      .toList()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
