package io.isotherm.spectral.runs;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.matrix.LayerShape;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the newest description of a run says.
 *
 * @param incarnation that has said so
 * @param estimator how its layers are measured
 * @param layers by their names
 */
record KnownRun(long incarnation, EstimatorSpec estimator, Map<String, LayerDescription> layers) {

  static KnownRun of(RunDescription description) {
    return new KnownRun(
        description.incarnation(),
        description.estimator(),
        description.layers().stream()
            .collect(Collectors.toUnmodifiableMap(LayerDescription::name, Function.identity())));
  }

  /** Compares a tensor of this incarnation. */
  Comparison compare(SnapshotId id, SafeTensor tensor) {
    LayerDescription layer = layers.get(id.layer());
    if (layer == null) {
      return new Comparison.Contradiction(
          "layer '%s' is none of the %d that run '%s' describes: describe it, or do not publish it"
              .formatted(id.layer(), layers.size(), id.run()));
    }
    Optional<String> unmeasurable = layer.reasonWithoutAlpha();
    if (unmeasurable.isPresent()) {
      return new Comparison.Unmeasurable(unmeasurable.get());
    }
    if (layer.dtype().isPresent() && layer.dtype().get() != tensor.dtype()) {
      return new Comparison.Contradiction(
          "dtype of layer '%s' must be %s, as run '%s' describes it, got: %s; publish what is"
                  .formatted(id.layer(), layer.dtype().get(), id.run(), tensor.dtype())
              + " described, or leave dtype out of the description");
    }
    LayerShape shape;
    try {
      shape = LayerShape.of(tensor);
    } catch (UnreadableTensorException e) {
      return new Comparison.Contradiction(
          "%s; run '%s' describes a layer of kind %s and shape %s"
              .formatted(e.getMessage(), id.run(), layer.kind(), layer.shape()));
    }
    boolean isStack = layer.kind() == LayerKind.STACK;
    return shape.isStack() == isStack && shape.sizes().equals(layer.shape())
        ? new Comparison.AsDescribed()
        : new Comparison.Contradiction(
            "shape of layer '%s' must be that of the %s %s that run '%s' describes, got: %s; the"
                    .formatted(id.layer(), layer.kind(), layer.shape(), id.run(), shape)
                + " layout in the document says which axis is which");
  }
}
