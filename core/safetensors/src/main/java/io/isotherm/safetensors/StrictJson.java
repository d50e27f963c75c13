package io.isotherm.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.isotherm.checks.OneLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** JSON from a file of unknown origin: UTF-8 only, no name twice, nothing behind the end. */
final class StrictJson {

  private static final int MAX_DEPTH = 32;
  private static final int MAX_NUMBER_LENGTH = 100;

  /** Names come from outside and are not asked for twice: no table of them is kept. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .build())
          .build();

  private StrictJson() {}

  /** Makes something of an object, from its first brace to its last. */
  interface ObjectReader<T> {
    T read(JsonParser json) throws IOException, MalformedSafetensorsException;
  }

  /**
   * Reads the one object that {@code in} consists of.
   *
   * @param what names it in messages
   * @throws MalformedSafetensorsException with one line that says what is wrong and where
   * @throws IOException if {@code in} cannot be read
   */
  static <T> T read(String what, InputStream in, ObjectReader<T> reader)
      throws IOException, MalformedSafetensorsException {
    // Decoded here, because a JSON parser left alone with bytes also takes UTF-16 and UTF-32.
    Reader text = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
    try (JsonParser json = FACTORY.createParser(text)) {
      T result = reader.read(json);
      if (json.nextToken() != null) {
        throw new MalformedSafetensorsException(
            "%s must end with its object, got more at character %d"
                .formatted(what, json.currentTokenLocation().getCharOffset()));
      }
      return result;
    } catch (CharacterCodingException e) {
      throw new MalformedSafetensorsException(what + " is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new MalformedSafetensorsException(
          "%s is not JSON at character %d: %s"
              .formatted(what, e.getLocation().getCharOffset(), firstLine(e)),
          e);
    }
  }

  /** Without Jackson's advice to programmers. */
  private static String firstLine(JsonProcessingException e) {
    String line = OneLine.first(e.getOriginalMessage());
    return line.replaceFirst(", from `.*|\\(start marker.*|: (?:not allowed|was expecting).*", "");
  }
}
