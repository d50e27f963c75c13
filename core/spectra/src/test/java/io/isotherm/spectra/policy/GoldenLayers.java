package io.isotherm.spectra.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.golden.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Layers of which only names and alphas are known, as the published maps get them. */
record GoldenLayers(List<LayerDescription> layers, Map<String, Double> alphas) {

  /** Model Balancing's block: the first whole number between the parts of a layer's name. */
  private static final Pattern BLOCK = Pattern.compile("(.*?)\\.(\\d+)\\.(.*)");

  /** Layers by name. */
  static GoldenLayers of(JsonNode names, JsonNode alphas) {
    List<LayerDescription> layers = new ArrayList<>();
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i).asText();
      Matcher matcher = BLOCK.matcher(name);
      layers.add(
          new LayerDescription(
              name,
              LayerKind.DENSE,
              List.of(64L, 64L),
              Optional.empty(),
              matcher.matches()
                  ? OptionalInt.of(Integer.parseInt(matcher.group(2)))
                  : OptionalInt.empty()));
      values.put(name, Golden.number(alphas.get(i)));
    }
    return new GoldenLayers(layers, values);
  }
}
