package io.isotherm.checkpoints.weights;

import java.util.List;

/** All schemes. */
final class Schemes {

  private static final List<Scheme> ALL =
      List.of(
          new WeightNormScheme(),
          new SpectralNormScheme(),
          new PruningScheme(),
          new CompressedTensorsScheme(),
          new GptqScheme(),
          new BitsAndBytesScheme(),
          new FourBitFloats.ByName(),
          new MlxScheme(),
          new EightBitScheme(),
          new GgmlScheme(),
          new LowRankScheme(),
          new ComplexScheme(),
          new ForeignScheme());

  private Schemes() {}

  /** In the order in which a tensor is shown to them. */
  static List<Scheme> all() {
    return ALL;
  }
}
