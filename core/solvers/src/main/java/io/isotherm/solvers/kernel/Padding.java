package io.isotherm.solvers.kernel;

/** Rounds lengths up, so that kernels work on whole vectors only. */
final class Padding {

  private Padding() {}

  /** The least multiple that is not less than a length. */
  static int up(int length, int multiple) {
    return (length + multiple - 1) / multiple * multiple;
  }
}
