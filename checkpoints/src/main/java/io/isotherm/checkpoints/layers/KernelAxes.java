package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which axes of a convolution are its kernel's. The name of the parameter says so, or the file's
 * metadata, or the shapes of all its convolutions together.
 */
final class KernelAxes {

  /**
   * The shapes say so clearly that the metadata, which some converters leave as it was, is wrong.
   */
  private static final double OVERRULING = 2;

  private static final Pattern DEPTHWISE =
      Pattern.compile("depthwise|dwconv|dw_conv|conv_dw|depth_conv");

  private final Siblings siblings;
  private final Optional<WeightLayout> chosen;
  private final Optional<WeightLayout> format;
  private final KernelEvidence evidence = new KernelEvidence();

  KernelAxes(
      List<EffectiveWeight> kernels,
      Siblings siblings,
      Optional<WeightLayout> chosen,
      Optional<WeightLayout> format) {
    this.siblings = siblings;
    this.chosen = chosen;
    this.format = format;
    for (EffectiveWeight kernel : kernels) {
      TensorName name = TensorName.of(kernel.entry().name());
      if (!isNamedSo(name)) {
        evidence.add(KernelEvidence.of(name, kernel.shape(), siblings));
      }
    }
  }

  private static boolean isNamedSo(TensorName name) {
    return name.parameter().endsWith("kernel");
  }

  /** Whether some reading has a kernel of a size that kernels have. */
  boolean isPossible(EffectiveWeight weight) {
    TensorName name = TensorName.of(weight.entry().name());
    KernelEvidence own = KernelEvidence.of(name, weight.shape(), siblings);
    return isNamedSo(name) ? own.isPossible(WeightLayout.FLAX) : own.isPossible(own.best());
  }

  LayerAxes of(TensorName name, List<Long> shape) {
    if (chosen.isPresent()) {
      return axes(chosen.get(), name, shape);
    }
    if (isNamedSo(name)) {
      return axes(WeightLayout.FLAX, name, shape);
    }
    KernelEvidence own = KernelEvidence.of(name, shape, siblings);
    WeightLayout ofFile = ofFile();
    if (!own.isPossible(ofFile)) {
      return axes(own.best(), name, shape).guessed();
    }
    LayerAxes axes = axes(ofFile, name, shape);
    return isKnown(ofFile) ? axes : axes.guessed();
  }

  private WeightLayout ofFile() {
    return format
        .filter(layout -> evidence.costPerKernel(layout) < OVERRULING)
        .orElseGet(evidence::best);
  }

  private boolean isKnown(WeightLayout ofFile) {
    return format.map(layout -> layout == ofFile).orElseGet(evidence::isDecisive);
  }

  /** Keras has a depthwise convolution's channels as inputs, others as outputs. */
  private static LayerAxes axes(WeightLayout layout, TensorName name, List<Long> shape) {
    LayerAxes axes = layout.axes(shape.size());
    boolean isOfKeras =
        layout.isKernelFirst()
            && name.mentions(DEPTHWISE)
            && axes.size(LayerAxes.OUT, shape) == 1
            && axes.size(LayerAxes.IN, shape) > 1;
    return isOfKeras ? axes.exchanged() : axes;
  }
}
