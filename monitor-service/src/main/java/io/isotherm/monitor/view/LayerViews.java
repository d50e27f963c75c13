package io.isotherm.monitor.view;

import io.isotherm.contracts.run.LayerDescription;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weight layers of a run in the order of the network, once its description says which. */
final class LayerViews {

  private final MemoryLimits limits;
  private final IncarnationHistory incarnations;
  private Map<String, LayerView> byName = new LinkedHashMap<>();

  LayerViews(MemoryLimits limits, IncarnationHistory incarnations) {
    this.limits = limits;
    this.incarnations = incarnations;
  }

  /** Keeps these layers and no others. */
  void describe(List<LayerDescription> layers) {
    Map<String, LayerView> described = new LinkedHashMap<>();
    for (LayerDescription layer : layers) {
      LayerView known = byName.get(layer.name());
      LayerView view = known == null ? view(layer.name(), layers.size()) : known;
      view.describe(layer);
      described.put(layer.name(), view);
    }
    byName = described;
  }

  Optional<LayerView> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The layer, which is new if it was not there; empty if there are too many already. */
  Optional<LayerView> findOrAdd(String name) {
    if (!byName.containsKey(name) && byName.size() < limits.undescribedLayers()) {
      byName.put(name, view(name, limits.undescribedLayers()));
    }
    return find(name);
  }

  Collection<String> names() {
    return byName.keySet();
  }

  private LayerView view(String name, int layers) {
    return new LayerView(
        name, limits.layerPoints(layers), limits.spectrumBins(layers), incarnations);
  }
}
