package io.isotherm.checkpoints.weights;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the files beside a checkpoint say of it. One that cannot be read says nothing, and that is
 * told.
 */
public final class ConfigFiles {

  /** Those of published models have some kilobytes; label names may fill a megabyte. */
  private static final int MAX_BYTES = 16 << 20;

  private final JsonNode model;
  private final JsonNode quantisation;
  private final JsonNode adapter;
  private final List<String> problems = new ArrayList<>();

  private ConfigFiles(Path checkpoint) {
    Path file = checkpoint.toAbsolutePath();
    this.model = read(file.resolveSibling("config.json"));
    this.quantisation = read(file.resolveSibling("quantize_config.json"));
    this.adapter = read(file.resolveSibling("adapter_config.json"));
  }

  /** Those in the folder of {@code checkpoint}. */
  public static ConfigFiles beside(Path checkpoint) {
    return new ConfigFiles(checkpoint);
  }

  private JsonNode read(Path file) {
    if (Files.notExists(file)) {
      return MissingNode.getInstance();
    }
    try {
      if (!Files.isRegularFile(file)) {
        return without(file, "it is not a file");
      }
      if (Files.size(file) > MAX_BYTES) {
        return without(file, "%d bytes are too many".formatted(Files.size(file)));
      }
      JsonNode content = Json.MAPPER.readTree(Files.readAllBytes(file));
      return content.isObject() ? content : without(file, "it is not a JSON object");
    } catch (JacksonException e) {
      return without(file, "it is not JSON at line %d".formatted(e.getLocation().getLineNr()));
    } catch (IOException e) {
      return without(file, OneLine.first(e.getMessage()));
    }
  }

  private JsonNode without(Path file, String why) {
    problems.add("%s is not used: %s".formatted(file, why));
    return MissingNode.getInstance();
  }

  /** Files that are there and could not be read, one line each. */
  public List<String> problems() {
    return List.copyOf(problems);
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
