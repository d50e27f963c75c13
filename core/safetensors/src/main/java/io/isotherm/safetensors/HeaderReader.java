package io.isotherm.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.isotherm.checks.OneLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a header entry by entry, so that the memory it takes is that of its entries, and believes
 * none of its numbers before they agree with each other.
 */
final class HeaderReader {

  /** Bytes of header length before the header. */
  static final int LENGTH_BYTES = Long.BYTES;

  /** Shortest header: an empty object. */
  private static final int MIN_BYTES = 2;

  /** Most dimensions of a tensor, whatever it is used for. */
  private static final int MAX_RANK = 64;

  private static final int MAX_TYPE_LENGTH = 32;

  private final JsonParser json;
  private final Map<String, String> metadata = new HashMap<>();
  private final List<TensorEntry> tensors = new ArrayList<>();

  private HeaderReader(JsonParser json) {
    this.json = json;
  }

  /**
   * Checks the 8 bytes at the beginning of a document.
   *
   * @param length that they claim
   * @param max longest header that the caller reads
   * @param following how many bytes the document has behind them
   * @return {@code length}
   */
  static long requireLength(long length, long max, long following)
      throws MalformedSafetensorsException {
    if (length < MIN_BYTES || length > max) {
      throw new MalformedSafetensorsException(
          "header length must be from %d to %d bytes, got: %s"
              .formatted(MIN_BYTES, max, Long.toUnsignedString(length)));
    }
    if (length > following) {
      throw new MalformedSafetensorsException(
          "header length must be at most the %d bytes that follow, got: %d"
              .formatted(following, length));
    }
    return length;
  }

  /**
   * Reads the header that {@code in} consists of.
   *
   * @throws MalformedSafetensorsException with one line, if it is none
   * @throws IOException if {@code in} cannot be read
   */
  static Header read(InputStream in) throws IOException, MalformedSafetensorsException {
    PushbackInputStream bytes = new PushbackInputStream(in);
    int first = bytes.read();
    if (first != '{') {
      throw new MalformedSafetensorsException(
          "header must begin with '{', got byte: 0x%02x".formatted(first));
    }
    bytes.unread(first);
    return StrictJson.read("header", bytes, parser -> new HeaderReader(parser).header());
  }

  private Header header() throws IOException, MalformedSafetensorsException {
    json.nextToken();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      if (name.equals(SafeTensor.METADATA)) {
        readMetadata();
      } else {
        tensors.add(tensor(name));
      }
      if (tensors.size() > TensorFormat.MAX_TENSORS) {
        throw new MalformedSafetensorsException(
            "header must describe at most %d tensors, got more"
                .formatted(TensorFormat.MAX_TENSORS));
      }
    }
    return new Header(metadata, tensors);
  }

  private void readMetadata() throws IOException, MalformedSafetensorsException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (!json.isExpectedStartObjectToken()) {
      throw new MalformedSafetensorsException("__metadata__ must be an object, got: " + shown());
    }
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw new MalformedSafetensorsException(
            "__metadata__ %s must be a string, got: %s".formatted(OneLine.quoted(key), shown()));
      }
      metadata.put(key, json.getText());
    }
  }

  private TensorEntry tensor(String name) throws IOException, MalformedSafetensorsException {
    String tensor = "tensor " + OneLine.quoted(name);
    if (!json.isExpectedStartObjectToken()) {
      throw incomplete(name);
    }
    Optional<String> type = Optional.empty();
    Optional<List<Long>> shape = Optional.empty();
    Optional<List<Long>> offsets = Optional.empty();
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "dtype" -> type = Optional.of(type(tensor));
        case "shape" -> shape = Optional.of(numbers("shape of " + tensor));
        case "data_offsets" -> offsets = Optional.of(numbers("data_offsets of " + tensor));
        default -> json.skipChildren();
      }
    }
    return entry(
        name,
        type.orElseThrow(() -> missing("dtype", tensor)),
        shape.orElseThrow(() -> missing("shape", tensor)),
        offsets.orElseThrow(() -> missing("data_offsets", tensor)));
  }

  /** What is said of a tensor that lacks its description, or its name where it must have one. */
  static MalformedSafetensorsException incomplete(String name) {
    return new MalformedSafetensorsException(
        "tensor %s must have a name and an object with dtype, shape and data_offsets"
            .formatted(OneLine.quoted(name)));
  }

  private static TensorEntry entry(String name, String type, List<Long> shape, List<Long> offsets)
      throws MalformedSafetensorsException {
    String tensor = "tensor " + OneLine.quoted(name);
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw new MalformedSafetensorsException(
          "data_offsets of %s must be a begin and an end, got: %s".formatted(tensor, offsets));
    }
    long length = offsets.get(1) - offsets.get(0);
    try {
      Optional<Long> expected = ElementSize.byteLength(type, shape);
      if (expected.isPresent() && expected.get() != length) {
        throw new MalformedSafetensorsException(
            "data_offsets of %s must be %d bytes apart for %s %s, got: %s"
                .formatted(tensor, expected.get(), type, shape, offsets));
      }
    } catch (ArithmeticException e) {
      throw new MalformedSafetensorsException(
          "shape of %s overflows, got: %s".formatted(tensor, shape), e);
    }
    return new TensorEntry(name, type, shape, offsets.get(0), offsets.get(1));
  }

  private String type(String tensor) throws IOException, MalformedSafetensorsException {
    if (json.currentToken() != JsonToken.VALUE_STRING
        || json.getText().isBlank()
        || json.getTextLength() > MAX_TYPE_LENGTH) {
      throw new MalformedSafetensorsException(
          "dtype of %s must be the name of a type, got: %s".formatted(tensor, shown()));
    }
    return json.getText();
  }

  private List<Long> numbers(String what) throws IOException, MalformedSafetensorsException {
    if (!json.isExpectedStartArrayToken()) {
      throw new MalformedSafetensorsException(
          "%s must be an array of numbers, got: %s".formatted(what, shown()));
    }
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (numbers.size() == MAX_RANK) {
        throw new MalformedSafetensorsException(
            "%s must be at most %d numbers, got more".formatted(what, MAX_RANK));
      }
      numbers.add(number(what));
    }
    return numbers;
  }

  private long number(String what) throws IOException, MalformedSafetensorsException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      BigInteger value = json.getBigIntegerValue();
      if (value.signum() >= 0 && value.bitLength() < Long.SIZE) {
        return value.longValue();
      }
    }
    throw new MalformedSafetensorsException(
        "%s must be whole numbers from 0, got: %s".formatted(what, shown()));
  }

  private static MalformedSafetensorsException missing(String field, String tensor) {
    return new MalformedSafetensorsException("%s of %s is missing".formatted(field, tensor));
  }

  /** The present value, of an object or an array only the bracket. */
  private String shown() throws IOException {
    return json.currentToken() == JsonToken.VALUE_STRING
        ? OneLine.quoted(json.getText())
        : String.valueOf(json.getText());
  }
}
