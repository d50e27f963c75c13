package io.isotherm.spectra.policy;

import io.isotherm.methods.estimator.Metric;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What was measured of a layer last. */
public interface LayerNumbers {

  /** Whose weights were measured. */
  long step();

  /** One of the numbers, by the name that an outcome has for it; empty if there is none. */
  OptionalDouble number(String name);

  /**
   * What a policy by that metric is to know of each layer.
   *
   * @param numbers by layer; those without the metric are left out
   */
  static Map<String, LayerReading> readings(
      Map<String, ? extends LayerNumbers> numbers, String metric) {
    Map<String, LayerReading> readings = new HashMap<>();
    numbers.forEach(
        (layer, measured) ->
            measured
                .number(metric)
                .ifPresent(value -> readings.put(layer, reading(measured, value))));
    return readings;
  }

  private static LayerReading reading(LayerNumbers measured, double value) {
    OptionalDouble count = measured.number(Metric.EIGENVALUE_COUNT.key());
    return new LayerReading(
        measured.step(),
        value,
        count.isPresent() ? OptionalLong.of((long) count.getAsDouble()) : OptionalLong.empty());
  }
}
