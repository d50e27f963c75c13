package io.isotherm.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;

/** Text, and no number that reads like one, which Jackson would take as well. */
public final class StrictText extends StdDeserializer<String> {

  private static final long serialVersionUID = 1L;

  /** For Jackson. */
  public StrictText() {
    super(String.class);
  }

  @Override
  public String deserialize(JsonParser json, DeserializationContext context) throws IOException {
    return json.hasToken(JsonToken.VALUE_STRING)
        ? json.getText()
        : (String) context.handleUnexpectedToken(String.class, json);
  }
}
