package io.isotherm.contracts.codec;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventContext;
import io.cloudevents.SpecVersion;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.rw.CloudEventRWException;
import io.isotherm.checks.OneLine;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * CloudEvents attributes as Kafka headers, binary content mode (CloudEvents 1.0, Kafka protocol
 * binding, section 3.2): {@code ce_NAME} in UTF-8, the data's content type as {@code content-type}.
 */
final class CloudEventHeaders {

  static final String PREFIX = "ce_";
  private static final String CONTENT_TYPE = "content-type";
  private static final String DATA_CONTENT_TYPE = "datacontenttype";

  /** More bytes in one header than any of ours has. */
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

  private CloudEventHeaders() {}

  /** The headers of {@code event}: attributes, then extensions, each group by name. */
  static Map<String, byte[]> write(CloudEvent event) {
    Map<String, byte[]> headers = new LinkedHashMap<>();
    for (String name : new TreeSet<>(event.getAttributeNames())) {
      Object value = event.getAttribute(name);
      if (value != null) {
        headers.put(
            name.equals(DATA_CONTENT_TYPE) ? CONTENT_TYPE : PREFIX + name,
            value.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    for (String name : new TreeSet<>(event.getExtensionNames())) {
      headers.put(
          PREFIX + name,
          Objects.requireNonNull(event.getExtension(name))
              .toString()
              .getBytes(StandardCharsets.UTF_8));
    }
    return headers;
  }

  /**
   * Reads the attributes and extensions.
   *
   * @throws InvalidMessageException if a required attribute is missing, or one cannot be read
   */
  static CloudEventContext read(HeaderSource source) throws InvalidMessageException {
    Map<String, byte[]> raw = new LinkedHashMap<>();
    source.forEach(raw::put);
    String version = text("ce_specversion", raw.get("ce_specversion"));
    if (version == null) {
      throw new InvalidMessageException("header ce_specversion is missing");
    }
    if (!version.equals(SpecVersion.V1.toString())) {
      throw new InvalidMessageException(
          "header ce_specversion must be 1.0, got: " + OneLine.quoted(version));
    }
    CloudEventBuilder builder = CloudEventBuilder.fromSpecVersion(SpecVersion.V1);
    for (Map.Entry<String, byte[]> header : raw.entrySet()) {
      String name = header.getKey();
      String attribute =
          name.equals(CONTENT_TYPE)
              ? DATA_CONTENT_TYPE
              : name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : null;
      if (attribute == null
          || attribute.equals("specversion")
          || name.equals(PREFIX + DATA_CONTENT_TYPE)
          || header.getValue() == null) {
        continue;
      }
      String value = text(name, header.getValue());
      try {
        builder.withContextAttribute(attribute, value);
      } catch (CloudEventRWException | IllegalArgumentException e) {
        throw new InvalidMessageException(
            "header %s cannot be read, got: %s".formatted(name, OneLine.quoted(value)), e);
      }
    }
    try {
      return builder.build();
    } catch (CloudEventRWException | IllegalStateException e) {
      throw new InvalidMessageException("not a CloudEvent: " + e.getMessage(), e);
    }
  }

  /**
   * Checks what kind of message it is.
   *
   * @throws InvalidMessageException if type or content type differ from what the topic carries
   */
  static void require(CloudEventContext event, String type, String contentType)
      throws InvalidMessageException {
    requireType(event, type);
    String actual = event.getDataContentType();
    if (actual == null || !mediaType(actual).equalsIgnoreCase(contentType)) {
      throw new InvalidMessageException(
          "header content-type must be %s, got: %s".formatted(contentType, OneLine.quoted(actual)));
    }
  }

  /**
   * Checks the type alone, of a message without data.
   *
   * @throws InvalidMessageException if it is another one
   */
  static void requireType(CloudEventContext event, String type) throws InvalidMessageException {
    if (!event.getType().equals(type)) {
      throw new InvalidMessageException(
          "header ce_type must be %s, got: %s".formatted(type, OneLine.quoted(event.getType())));
    }
  }

  /**
   * An extension attribute.
   *
   * @throws InvalidMessageException if it is missing
   */
  static String required(CloudEventContext event, String name) throws InvalidMessageException {
    Object value = event.getExtension(name);
    if (value == null) {
      throw new InvalidMessageException("header ce_" + name + " is missing");
    }
    return value.toString();
  }

  /**
   * An extension attribute in decimal digits.
   *
   * @throws InvalidMessageException if it is missing, or no whole number from 0 to {@code max}
   */
  static long number(CloudEventContext event, String name, long max)
      throws InvalidMessageException {
    String text = required(event, name);
    if (NUMBER.matcher(text).matches()) {
      try {
        long value = Long.parseLong(text);
        if (value <= max) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Nineteen digits can still be too many: the message below says so.
      }
    }
    throw new InvalidMessageException(
        "header ce_%s must be a whole number from 0 to %d, got: %s"
            .formatted(name, max, OneLine.quoted(text)));
  }

  private static String mediaType(String contentType) {
    int parameters = contentType.indexOf(';');
    return (parameters < 0 ? contentType : contentType.substring(0, parameters)).strip();
  }

  private static String text(String name, byte[] bytes) throws InvalidMessageException {
    if (bytes == null) {
      return null;
    }
    if (bytes.length > MAX_HEADER_BYTES) {
      throw new InvalidMessageException(
          "header %s must have at most %d bytes, got: %d"
              .formatted(name, MAX_HEADER_BYTES, bytes.length));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidMessageException("header " + name + " is not UTF-8", e);
    }
  }
}
