package io.isotherm.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The JSON of all messages: unknown fields are passed over, so that an older reader understands a
 * newer writer; a missing number is an error, never 0, and so is a number in quotes; the same
 * message always gives the same bytes.
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
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** Jackson's advice to programmers, which is of no use to whoever sent the message. */
  private static final Pattern HINT =
      Pattern.compile(
          "(?s)( \\((set|but|token|bound as|start marker|for POJO) |: (not allowed|enable) |\\n).*");

  private static final Pattern PACKAGE = Pattern.compile("\\b([a-z]\\w*\\.)+(?=[A-Z])");

  private Json() {}

  /** What is wrong: a record's own constructor knows best, Jackson knows where. */
  public static String explain(JsonProcessingException e) {
    if (e.getCause() instanceof IllegalArgumentException) {
      return e.getCause().getMessage();
    }
    String what =
        PACKAGE.matcher(HINT.matcher(e.getOriginalMessage()).replaceFirst("")).replaceAll("");
    if (!(e instanceof JsonMappingException mapping)) {
      return "not JSON: " + what;
    }
    String where =
        mapping.getPath().stream()
            .map(
                step ->
                    step.getFieldName() == null
                        ? "[" + step.getIndex() + "]"
                        : "." + step.getFieldName())
            .collect(Collectors.joining());
    return where.isEmpty() ? what : "at $" + where + ": " + what;
  }
}
