package io.isotherm.methods.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.isotherm.checks.OneLine;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The JSON of all messages: unknown fields are passed over, so that an older reader understands a
 * newer writer; a missing field is an error unless it is optional or says what it is then, and so
 * is a number in quotes; the same message always gives the same bytes.
 */
public final class Json {

  /** The one mapper; safe for use by many threads. */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** Reads what comes from outside: says of a missing field which one it is. */
  private static final ObjectMapper STRICT =
      MAPPER
          .copy()
          .setAnnotationIntrospector(
              AnnotationIntrospector.pair(
                  new JacksonAnnotationIntrospector(), new RequiredFields()));

  private static final int SHOWN = 80;

  private Json() {}

  /**
   * Reads a message; fields that its record does not have are passed over.
   *
   * @throws InvalidJsonException if the text is not JSON, or not that message
   */
  public static <T> T read(String json, Class<T> type) throws InvalidJsonException {
    try {
      return STRICT.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw explained(e, json);
    }
  }

  /**
   * Reads what a user has written; fields that its record does not have are refused.
   *
   * @param name what messages call it, for example {@code policy}
   * @throws InvalidJsonException if it is not what it should be
   */
  public static <T> T readExactly(JsonNode written, Class<T> type, String name)
      throws InvalidJsonException {
    try {
      return STRICT
          .readerFor(type)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .readValue(written);
    } catch (JsonProcessingException e) {
      throw new Explanation(written, name).of(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads any JSON.
   *
   * @throws InvalidJsonException if the text is not JSON
   */
  public static JsonNode tree(String json) throws InvalidJsonException {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw notJson(e);
    }
  }

  /** A value for a message, cut short; {@code none} if there is none. */
  public static String shown(JsonNode value) {
    String text = value == null || value.isMissingNode() ? "none" : value.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }

  private static InvalidJsonException explained(JsonProcessingException e, String json) {
    try {
      return new Explanation(MAPPER.readTree(json), "").of(e);
    } catch (JsonProcessingException syntax) {
      return notJson(syntax);
    }
  }

  /** What the parser has found; what it advises programmers to do stands behind the colon. */
  private static InvalidJsonException notJson(JsonProcessingException e) {
    if (e instanceof MismatchedInputException) {
      return new InvalidJsonException("", "", "not JSON: more follows after its end");
    }
    String finding = e.getOriginalMessage();
    int colon = finding.indexOf(": ");
    return new InvalidJsonException(
        "", "", OneLine.of("not JSON: " + (colon < 0 ? finding : finding.substring(0, colon))));
  }
}
