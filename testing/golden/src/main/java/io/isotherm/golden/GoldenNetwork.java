package io.isotherm.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The estimates of whole networks; some of them were made in float32. */
public final class GoldenNetwork {

  /** The networks. */
  public static final List<String> NAMES =
      List.of("gpt_d96", "mlp_postln", "resnet18_w12", "wrn10_1");

  private final JsonNode set;
  private final Map<String, SafeTensor> weights = new HashMap<>();
  private final List<GoldenEntry> entries = new ArrayList<>();

  private GoldenNetwork(String name) {
    set = Golden.json("layerset_" + name + ".json");
    for (JsonNode layer : set.get("layers")) {
      String layerName = layer.get("name").asText();
      weights.put(layerName, Golden.weights(name + "/" + layerName, layer.get("shape")));
    }
  }

  /** What the published codes computed in double precision. */
  public static List<GoldenEntry> inDouble(String name) {
    GoldenNetwork layers = new GoldenNetwork(name);
    for (Map.Entry<String, JsonNode> mode : layers.set.get("estimates").properties()) {
      layers.addColumns(name, "layers", GoldenEntry.tempBalance(mode.getKey()), mode.getValue());
    }
    for (JsonNode row : layers.set.get("weightwatcher")) {
      layers.add(
          name,
          row.get("longname").asText(),
          EstimatorSpec.WeightWatcher.defaults(),
          ((ObjectNode) row.deepCopy()).without("longname"));
    }
    return layers.entries;
  }

  /** What they computed in single precision. */
  public static List<GoldenEntry> inSingle(String name) {
    GoldenNetwork layers = new GoldenNetwork(name);
    layers.addColumns(
        name, "longname", EstimatorSpec.ModelBalancing.nlp(), layers.set.get("mb_nlp"));
    layers.addColumns(
        name, "longname", EstimatorSpec.ModelBalancing.sciml(), layers.set.get("mb_sciml"));
    for (JsonNode run : layers.set.get("farms")) {
      layers.addColumns(name, "longname", farms(run.get("config")), run.get("metrics"));
    }
    return layers.entries;
  }

  /** Without windows, FARMS is TempBalance. */
  private static EstimatorSpec farms(JsonNode config) {
    return config.get("use_sliding_window").asBoolean()
        ? EstimatorSpec.Farms.of(
            config.get("num_row_samples").intValue(),
            config.get("Q_ratio").doubleValue(),
            config.get("step_size").intValue(),
            OptionalInt.of(config.get("sampling_ops_per_dim").intValue()))
        : EstimatorSpec.DEFAULT;
  }

  /** One array per field, in the order of the array of names. */
  private void addColumns(String set, String names, EstimatorSpec estimator, JsonNode columns) {
    for (int i = 0; i < columns.get(names).size(); i++) {
      ObjectNode row = new ObjectMapper().createObjectNode();
      for (Map.Entry<String, JsonNode> column : columns.properties()) {
        if (!column.getKey().equals(names)) {
          row.set(column.getKey(), column.getValue().get(i));
        }
      }
      add(set, columns.get(names).get(i).asText(), estimator, row);
    }
  }

  private void add(String set, String layer, EstimatorSpec estimator, JsonNode expected) {
    entries.add(
        new GoldenEntry(
            set + " " + layer + " " + estimator, weights.get(layer), estimator, true, expected));
  }
}
