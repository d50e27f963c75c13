package io.isotherm.checkpoints.comparison;

import io.isotherm.contracts.spectrum.Outcome;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A layer that both checkpoints have.
 *
 * @param before in the first
 * @param after in the second
 */
public record Change(Measured before, Measured after) {

  /** Alpha after less alpha before; empty if one of them says nothing. */
  public OptionalDouble alpha() {
    return before.hasAlpha() && after.hasAlpha()
        ? OptionalDouble.of(
            after.numbers().orElseThrow().alpha() - before.numbers().orElseThrow().alpha())
        : OptionalDouble.empty();
  }

  /** The spectral norm after, divided by the one before. */
  public OptionalDouble spectralNorm() {
    return ratio(Outcome.Analysed::spectralNorm);
  }

  /** The squared Frobenius norm after, divided by the one before. */
  public OptionalDouble norm() {
    return ratio(Outcome.Analysed::frobeniusNorm);
  }

  private OptionalDouble ratio(ToDoubleFunction<Outcome.Analysed> number) {
    return before.numbers().isPresent() && after.numbers().isPresent()
        ? OptionalDouble.of(
            number.applyAsDouble(after.numbers().get())
                / number.applyAsDouble(before.numbers().get()))
        : OptionalDouble.empty();
  }

  /** Whether both weights have the same shape. */
  public boolean hasOneShape() {
    return before.shape().equals(after.shape());
  }

  /** What the reader must know of the numbers, in one line. */
  public Optional<String> remark() {
    return Stream.of(
            hasOneShape() ? Optional.<String>empty() : Optional.of("another shape in B"),
            before.remark().map(remark -> "A: " + remark),
            after.remark().map(remark -> "B: " + remark))
        .flatMap(Optional::stream)
        .reduce((one, other) -> one + "; " + other);
  }
}
