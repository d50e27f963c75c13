package io.isotherm.checkpoints.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.isotherm.methods.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of HTML that needs no other file and no network. */
public final class Page {

  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  /** ASCII, so that no character ends a line of script. */
  private static final ObjectWriter WRITER =
      Json.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private Page() {}

  /**
   * The page of an analysis.
   *
   * @param analysis with a {@code title}, a {@code summary} of pairs of texts, an {@code
   *     orderNote}, {@code bounds} with names and alphas, and {@code layers} as {@code analyze
   *     --json} has them, each with its {@code histogram}
   */
  public static String of(JsonNode analysis) {
    Map<String, String> parts =
        Map.of(
            "style", resource("page.css"),
            "script", resource("page.js"),
            "echarts", resource("echarts.common.min.js"),
            "analysis", embedded(analysis));
    // In one pass: a name of a layer may look like a place.
    return PLACE
        .matcher(resource("page.html"))
        .replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
  }

  /** What a file calls its layers must not end the element that it stands in. */
  private static String embedded(JsonNode analysis) {
    try {
      return WRITER
          .writeValueAsString(analysis)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026");
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
