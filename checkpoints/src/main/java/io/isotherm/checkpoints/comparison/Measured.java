package io.isotherm.checkpoints.comparison;

import io.isotherm.contracts.spectrum.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * A layer of one of two checkpoints.
 *
 * @param name of its tensor
 * @param shape of its weight
 * @param formed how the weight was formed from what is stored, if it is not stored itself
 * @param numbers that it has, if any
 * @param remark why it has none, or why its alpha says nothing, in one line
 */
public record Measured(
    String name,
    List<Long> shape,
    Optional<String> formed,
    Optional<Outcome.Analysed> numbers,
    Optional<String> remark) {

  /** Copies the shape. */
  public Measured {
    shape = List.copyOf(shape);
  }

  /** Whether its alpha says something. */
  boolean hasAlpha() {
    return numbers.isPresent() && remark.isEmpty();
  }
}
