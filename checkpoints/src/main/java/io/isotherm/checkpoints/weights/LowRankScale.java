package io.isotherm.checkpoints.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a low-rank product is multiplied with. */
final class LowRankScale {

  private LowRankScale() {}

  /** Alpha over rank, or over its root; empty if nothing says alpha. */
  static OptionalDouble of(LowRankName name, long rank, StoredTensors all)
      throws IOException, UnformableException {
    Optional<Checkpoint.Tensor> alpha = all.find(name.module() + ".alpha");
    if (alpha.isPresent()) {
      return OptionalDouble.of(StoredRows.single(alpha.get()) / rank);
    }
    if (name.family() == LowRankName.Family.KOHYA) {
      // Without an alpha it is the rank.
      return OptionalDouble.of(1);
    }
    JsonNode config = all.configs().adapter();
    JsonNode number =
        ofModule(config.path("alpha_pattern"), name.module(), config.path("lora_alpha"));
    if (!number.isNumber()) {
      return OptionalDouble.empty();
    }
    boolean byRoot = config.path("use_rslora").asBoolean(false);
    return OptionalDouble.of(
        number.asDouble() / (byRoot ? Math.sqrt((double) rank) : (double) rank));
  }

  /** PEFT's patterns fit the end of a module's name. */
  private static JsonNode ofModule(JsonNode patterns, String module, JsonNode usual) {
    for (Map.Entry<String, JsonNode> pattern : patterns.properties()) {
      String end = pattern.getKey().replaceFirst("^\\^", "");
      if (module.equals(end) || module.endsWith("." + end)) {
        return pattern.getValue();
      }
    }
    return usual;
  }
}
