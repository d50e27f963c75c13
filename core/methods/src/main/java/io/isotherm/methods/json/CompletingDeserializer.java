package io.isotherm.methods.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import java.io.IOException;

/**
 * Reads a member of a catalogue in a message as {@link CatalogueReader} reads it: a name alone, or
 * an object in which everything but the name may be left out. As in all messages, fields that are
 * not known are passed over.
 *
 * @param <T> the family
 */
public abstract class CompletingDeserializer<T> extends JsonDeserializer<T> {

  private final CatalogueReader<T> reader;

  /** Reads as {@code reader} does. */
  protected CompletingDeserializer(CatalogueReader<T> reader) {
    this.reader = reader;
  }

  @Override
  public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    return context.readTreeAsValue(
        reader.completed(context.readTree(parser)), reader.catalogue().family());
  }

  /** The name, which tells the member's type, stands in what {@link #deserialize} reads. */
  @Override
  public T deserializeWithType(
      JsonParser parser, DeserializationContext context, TypeDeserializer type) throws IOException {
    return deserialize(parser, context);
  }
}
