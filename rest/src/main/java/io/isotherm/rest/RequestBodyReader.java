package io.isotherm.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/**
 * Reads a request's body into its record, as strictly as users' JSON is read everywhere here: no
 * unknown field, no number in quotes, nothing behind the document.
 */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public class RequestBodyReader implements MessageBodyReader<Record> {

  @Override
  public boolean isReadable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type.isRecord();
  }

  @Override
  public Record readFrom(
      Class<Record> type,
      Type genericType,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, String> headers,
      InputStream body)
      throws IOException {
    // A page that a browser has open elsewhere can send a request without a type, but not JSON.
    if (headers.getFirst(HttpHeaders.CONTENT_TYPE) == null) {
      throw new NotSupportedException(
          "send JSON: with 'Content-Type: application/json' and at least {}");
    }
    try {
      JsonNode written = Json.tree(new String(body.readAllBytes(), UTF_8));
      if (!written.isObject()) {
        throw new RefusedRequestException(
            "", "", "the body must be a JSON object, got: " + Json.shown(written));
      }
      return Json.readExactly(written, type, "");
    } catch (InvalidJsonException e) {
      throw new RefusedRequestException(
          e.field(),
          e.value(),
          e.field().isEmpty() ? "the body is " + e.getMessage() : e.getMessage());
    }
  }
}
