package io.isotherm.checkpoints.weights;

/** The names of {@code torch.nn.utils.parametrize}. */
final class Parametrizations {

  static final String PART = "parametrizations.";

  private Parametrizations() {}

  /** {@code a.weight} for {@code a.parametrizations.weight}. */
  static String weightName(String name) {
    int at = name.lastIndexOf(PART);
    return at < 0 ? name : name.substring(0, at) + name.substring(at + PART.length());
  }
}
