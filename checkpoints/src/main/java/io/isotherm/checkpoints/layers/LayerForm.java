package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.checkpoints.weights.Formation;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A weight as a layer.
 *
 * @param weight as the network uses it
 * @param axes of what is measured
 */
public record LayerForm(EffectiveWeight weight, LayerAxes axes) {

  /** What is measured of it: the matrices of a stack, each alone, or itself. */
  public List<NetworkLayer> layers() {
    if (!axes.isStack()
        || weight.shape().contains(0L)
        || weight.entry().dtype().isEmpty()
        || weight.formation() instanceof Formation.Unformed) {
      return List.of(new NetworkLayer(weight, axes, Optional.empty()));
    }
    return IntStream.range(0, Math.toIntExact(weight.shape().get(0)))
        .mapToObj(
            i ->
                new NetworkLayer(
                    weight.member(i), axes.ofMember(), Optional.of(weight.entry().name())))
        .toList();
  }

  /** How a run would describe it. */
  public WeightLayer description() {
    return new WeightLayer(
        weight.entry().name(),
        axes.kind(),
        new NetworkLayer(weight, axes, Optional.empty()).shape());
  }

  /**
   * Whether a run could describe it: a layer has as many dimensions as its kind, none of them 0.
   */
  public boolean isDescribed() {
    WeightLayer layer = description();
    return layer.kind().fits(layer.shape()) && layer.shape().stream().allMatch(size -> size >= 1);
  }
}
