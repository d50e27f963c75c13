package io.isotherm.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.checks.Checks;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds what stands before the tensors' bytes: header length and header. */
final class HeaderWriter {

  private static final int ALIGNMENT = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode root = JSON.createObjectNode();
  private long end;

  HeaderWriter(Map<String, String> metadata) {
    if (!metadata.isEmpty()) {
      ObjectNode entries = root.putObject(SafeTensor.METADATA);
      new TreeMap<>(metadata).forEach(entries::put);
    }
  }

  /** Adds a tensor whose bytes follow those of the ones before. */
  void add(String name, DType dtype, List<Long> shape) {
    SafeTensor.requireName(Checks.requireText("name of a tensor", name));
    SafeTensor.requireShape(name, shape);
    if (root.has(name)) {
      throw new IllegalArgumentException("there are two tensors named '%s'".formatted(name));
    }
    long begin = end;
    end = Math.addExact(begin, SafeTensor.byteLength(dtype, shape));
    ObjectNode tensor = root.putObject(name);
    tensor.put("dtype", dtype.name());
    shape.forEach(tensor.putArray("shape")::add);
    tensor.putArray("data_offsets").add(begin).add(end);
  }

  /**
   * Length and header, padded with blanks to a multiple of 8 bytes.
   *
   * @param what names the document in messages
   * @throws IllegalArgumentException if the header has more than {@code maxBytes}
   */
  byte[] bytes(String what, int maxBytes) {
    byte[] json;
    try {
      json = JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded > maxBytes) {
      throw new IllegalArgumentException(
          "header of %s must have at most %d bytes, got: %d".formatted(what, maxBytes, padded));
    }
    ByteBuffer header =
        ByteBuffer.allocate(HeaderReader.LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.array();
  }
}
