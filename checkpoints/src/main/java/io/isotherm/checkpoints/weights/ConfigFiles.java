package io.isotherm.checkpoints.weights;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.isotherm.methods.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What the files beside a checkpoint say of it. One that cannot be read says nothing. */
public final class ConfigFiles {

  /** Those of published models have some kilobytes; label names may fill a megabyte. */
  private static final int MAX_BYTES = 16 << 20;

  private final JsonNode model;
  private final JsonNode quantisation;
  private final JsonNode adapter;

  private ConfigFiles(JsonNode model, JsonNode quantisation, JsonNode adapter) {
    this.model = model;
    this.quantisation = quantisation;
    this.adapter = adapter;
  }

  /** Those in the folder of {@code checkpoint}. */
  public static ConfigFiles beside(Path checkpoint) throws IOException {
    Path file = checkpoint.toAbsolutePath();
    return new ConfigFiles(
        read(file.resolveSibling("config.json")),
        read(file.resolveSibling("quantize_config.json")),
        read(file.resolveSibling("adapter_config.json")));
  }

  private static JsonNode read(Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file) || Files.size(file) > MAX_BYTES) {
      return MissingNode.getInstance();
    }
    try {
      return Json.MAPPER.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      return MissingNode.getInstance();
    }
  }

  /** A model's {@code quantization_config}, or MLX's {@code quantization}. */
  JsonNode quantisation() {
    JsonNode ofModel = model.path("quantization_config");
    if (!ofModel.isMissingNode()) {
      return ofModel;
    }
    JsonNode ofMlx = model.path("quantization");
    return ofMlx.isMissingNode() ? quantisation : ofMlx;
  }

  /** The class of the model that was saved, such as {@code LlamaForCausalLM}. */
  public Optional<String> architecture() {
    return Optional.ofNullable(model.path("architectures").path(0).textValue());
  }

  /** Whether the model's head is its embedding, if {@code tie_word_embeddings} says so. */
  public Optional<Boolean> tiesWordEmbeddings() {
    return Stream.of(model, model.path("text_config"))
        .map(each -> each.path("tie_word_embeddings"))
        .filter(JsonNode::isBoolean)
        .map(JsonNode::booleanValue)
        .findFirst();
  }

  /** PEFT's {@code adapter_config.json}. */
  JsonNode adapter() {
    return adapter;
  }
}
