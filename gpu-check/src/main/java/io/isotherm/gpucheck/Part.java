package io.isotherm.gpucheck;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is checked, the most important first. */
public enum Part {
  /** Which card, driver, libraries and processor there are; always looked at. */
  MACHINE(1),
  /** The solver's contract and golden tests, on the GPU. */
  TESTS(60),
  /** Eigenvalues and alphas beside LAPACK's in double precision. */
  ACCURACY(20),
  /** Times of single matrices and batches beside the CPU engine and torch. */
  SPEED(85),
  /** Times of whole networks' layers with several workers. */
  SETS(85),
  /** The CPU engine beside torch on the CPU. */
  CPU(25),
  /** Which batch sizes and numbers of workers are fastest; only where it is asked for. */
  SWEEP(120);

  private final int weight;

  Part(int weight) {
    this.weight = weight;
  }

  /** Its share of the time beside the others. */
  int weight() {
    return weight;
  }

  /** As a user writes it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The part with that label.
   *
   * @throws IllegalArgumentException with one line that lists the labels, if there is none
   */
  public static Part parse(String label) {
    return Arrays.stream(values())
        .filter(part -> part.label().equalsIgnoreCase(label.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "part must be one of %s, got: '%s'"
                        .formatted(
                            Arrays.stream(values())
                                .map(Part::label)
                                .collect(Collectors.joining(", ")),
                            label)));
  }
}
