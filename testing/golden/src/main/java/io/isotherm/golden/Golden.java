package io.isotherm.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the published codes' inputs and outputs from the resources in {@code golden/}. */
public final class Golden {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  /** A file of outputs. */
  public static JsonNode json(String file) {
    try {
      return JSON.readTree(bytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The float32 weights of a tensor. */
  public static SafeTensor weights(String name, JsonNode shape) {
    List<Long> sizes = new ArrayList<>();
    shape.forEach(size -> sizes.add(size.longValue()));
    ByteBuffer data = ByteBuffer.wrap(bytes("weights/" + name + ".bin"));
    return new SafeTensor(name, DType.F32, sizes, Map.of(), data);
  }

  /** A number; those that JSON does not have are strings. */
  public static double number(JsonNode node) {
    return switch (node.asText()) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> node.doubleValue();
    };
  }

  private static byte[] bytes(String file) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource golden/" + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
