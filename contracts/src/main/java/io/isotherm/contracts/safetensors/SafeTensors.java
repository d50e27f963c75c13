package io.isotherm.contracts.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.codec.Json;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads and writes safetensors documents with exactly one tensor. */
public final class SafeTensors {

  /** Largest header that is read, in bytes. */
  public static final int MAX_HEADER_BYTES = 64 * 1024;

  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int ALIGNMENT = 8;

  private SafeTensors() {}

  /**
   * What stands before the tensor's bytes: header length and header, padded with blanks to a
   * multiple of 8 bytes. A writer that has the elements elsewhere puts them behind it without a
   * copy in between.
   */
  public static byte[] header(
      String name, DType dtype, List<Long> shape, Map<String, String> metadata) {
    SafeTensor.requireName(name);
    SafeTensor.requireShape(name, shape);
    ObjectNode root = Json.MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode entries = root.putObject(SafeTensor.METADATA);
      new TreeMap<>(metadata).forEach(entries::put);
    }
    ObjectNode tensor = root.putObject(name);
    tensor.put("dtype", dtype.name());
    shape.forEach(tensor.putArray("shape")::add);
    tensor.putArray("data_offsets").add(0).add(SafeTensor.byteLength(dtype, shape));
    byte[] json;
    try {
      json = Json.MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded > MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "header of tensor '%s' must have at most %d bytes, got: %d"
              .formatted(name, MAX_HEADER_BYTES, padded));
    }
    ByteBuffer header = ByteBuffer.allocate(LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.array();
  }

  /** The whole document of a tensor, ready to be read. */
  public static ByteBuffer write(SafeTensor tensor) {
    byte[] header = header(tensor.name(), tensor.dtype(), tensor.shape(), tensor.metadata());
    ByteBuffer document =
        ByteBuffer.allocate(Math.addExact(header.length, tensor.data().remaining()));
    return document.put(header).put(tensor.data().duplicate()).flip();
  }

  /**
   * Reads a document without copying the tensor's bytes.
   *
   * @param document from position to limit; the position is left alone
   * @throws MalformedSafetensorsException with one line that says what is wrong, if anything is
   */
  public static SafeTensor read(ByteBuffer document) throws MalformedSafetensorsException {
    ByteBuffer bytes = document.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < LENGTH_BYTES) {
      throw new MalformedSafetensorsException(
          "a document must have at least 8 bytes, got: " + bytes.remaining());
    }
    long headerLength = bytes.getLong();
    if (headerLength < 2 || headerLength > MAX_HEADER_BYTES) {
      throw new MalformedSafetensorsException(
          "header length must be from 2 to %d bytes, got: %s"
              .formatted(MAX_HEADER_BYTES, Long.toUnsignedString(headerLength)));
    }
    if (headerLength > bytes.remaining()) {
      throw new MalformedSafetensorsException(
          "header length must be at most the %d bytes that follow, got: %d"
              .formatted(bytes.remaining(), headerLength));
    }
    byte[] json = new byte[(int) headerLength];
    bytes.get(json);
    return tensor(parse(json), bytes.slice());
  }

  private static ObjectNode parse(byte[] json) throws MalformedSafetensorsException {
    if (json[0] != '{') {
      throw new MalformedSafetensorsException(
          "header must begin with '{', got byte: 0x%02x".formatted(json[0]));
    }
    try {
      // Decoded here, because a JSON parser left alone with bytes also takes UTF-16 and UTF-32.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      return (ObjectNode) Json.MAPPER.readTree(text);
    } catch (CharacterCodingException e) {
      throw new MalformedSafetensorsException("header is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new MalformedSafetensorsException(
          "header is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
  }

  private static SafeTensor tensor(ObjectNode header, ByteBuffer data)
      throws MalformedSafetensorsException {
    Map<String, String> metadata = metadata(header.remove(SafeTensor.METADATA));
    if (header.size() != 1) {
      throw new MalformedSafetensorsException(
          "header must describe exactly one tensor, got: " + header.size());
    }
    String name = header.fieldNames().next();
    JsonNode entry = header.get(name);
    if (name.isBlank() || !entry.isObject()) {
      throw new MalformedSafetensorsException(
          "tensor '%s' must have a name and an object with dtype, shape and data_offsets"
              .formatted(name));
    }
    DType dtype = dtype(name, entry.path("dtype"));
    List<Long> shape = longs(name, "shape", entry.path("shape"));
    List<Long> offsets = longs(name, "data_offsets", entry.path("data_offsets"));
    long length;
    try {
      length = SafeTensor.byteLength(dtype, shape);
    } catch (ArithmeticException e) {
      throw new MalformedSafetensorsException(
          "shape of tensor '%s' overflows, got: %s".formatted(name, shape), e);
    }
    if (offsets.size() != 2 || offsets.get(0) != 0 || offsets.get(1) != length) {
      throw new MalformedSafetensorsException(
          "data_offsets of tensor '%s' must be [0, %d] for %s %s, got: %s"
              .formatted(name, length, dtype, shape, offsets));
    }
    if (length != data.remaining()) {
      throw new MalformedSafetensorsException(
          "tensor '%s' must be followed by nothing and have %d bytes, got: %d"
              .formatted(name, length, data.remaining()));
    }
    return new SafeTensor(name, dtype, shape, metadata, data);
  }

  private static Map<String, String> metadata(JsonNode node) throws MalformedSafetensorsException {
    Map<String, String> metadata = new HashMap<>();
    if (node == null) {
      return metadata;
    }
    if (!node.isObject()) {
      throw new MalformedSafetensorsException("__metadata__ must be an object, got: " + node);
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new MalformedSafetensorsException(
            "__metadata__ '%s' must be a string, got: %s"
                .formatted(entry.getKey(), entry.getValue()));
      }
      metadata.put(entry.getKey(), entry.getValue().textValue());
    }
    return metadata;
  }

  private static DType dtype(String name, JsonNode node) throws MalformedSafetensorsException {
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(node.textValue())) {
        return dtype;
      }
    }
    throw new MalformedSafetensorsException(
        "dtype of tensor '%s' must be one of %s, got: %s"
            .formatted(name, List.of(DType.values()), node));
  }

  private static List<Long> longs(String name, String field, JsonNode node)
      throws MalformedSafetensorsException {
    if (!node.isArray() || node.size() > SafeTensor.MAX_RANK) {
      throw new MalformedSafetensorsException(
          "%s of tensor '%s' must be an array of at most %d numbers, got: %s"
              .formatted(field, name, SafeTensor.MAX_RANK, node.getNodeType()));
    }
    List<Long> values = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
        throw new MalformedSafetensorsException(
            "%s of tensor '%s' must be whole numbers from 0, got: %s"
                .formatted(field, name, element));
      }
      values.add(element.longValue());
    }
    return values;
  }
}
