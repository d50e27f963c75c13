package io.isotherm.benchmarks.compare;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Whom this engine can be compared with. */
enum Opponent {
  /** {@code torch.linalg.svdvals} with torch's own number of threads. */
  TORCH("torch", false),
  /** {@code torch.linalg.svdvals} by one process of one thread per core. */
  TORCH_PROCESSES("torch", true),
  /** {@code numpy.linalg.svd} without vectors. */
  NUMPY("numpy", false);

  private final String engine;
  private final boolean manyProcesses;

  Opponent(String engine, boolean manyProcesses) {
    this.engine = engine;
    this.manyProcesses = manyProcesses;
  }

  /** The name that the Python script knows. */
  String engine() {
    return engine;
  }

  boolean isManyProcesses() {
    return manyProcesses;
  }

  /** As a user writes it. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The opponent with that label.
   *
   * @throws IllegalArgumentException with one line that lists the labels, if there is none
   */
  static Opponent parse(String label) {
    return Arrays.stream(values())
        .filter(opponent -> opponent.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "opponent must be one of %s, got: '%s'"
                        .formatted(
                            Arrays.stream(values())
                                .map(Opponent::label)
                                .collect(Collectors.joining(", ")),
                            label)));
  }

  @Override
  public String toString() {
    return label();
  }
}
