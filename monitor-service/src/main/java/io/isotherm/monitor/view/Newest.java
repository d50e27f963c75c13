package io.isotherm.monitor.view;

import java.util.Optional;

/**
 * The newest of many values, in whatever order they come.
 *
 * @param <T> the value
 */
final class Newest<T> {

  private Optional<Position> position = Optional.empty();
  private Optional<T> value = Optional.empty();

  /** Takes the value, unless a newer one is here. */
  void offer(Position at, T newer) {
    if (position.isEmpty() || position.get().compareTo(at) <= 0) {
      position = Optional.of(at);
      value = Optional.of(newer);
    }
  }

  Optional<T> value() {
    return value;
  }
}
