package io.isotherm.spectra.policy;

import java.util.LinkedHashMap;
import java.util.Map;

/** Readings of layers of which nothing but the values matter. */
public final class Readings {

  private Readings() {}

  /** Of step 0, of layers with as many eigenvalues as their shapes say. */
  public static Map<String, LayerReading> of(Map<String, Double> values) {
    Map<String, LayerReading> readings = new LinkedHashMap<>();
    values.forEach((layer, value) -> readings.put(layer, LayerReading.of(0, value)));
    return readings;
  }
}
