package io.isotherm.methods.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.checks.InvalidValueException;
import io.isotherm.methods.catalogue.Catalogue;
import io.isotherm.methods.catalogue.Field;
import io.isotherm.methods.catalogue.Fields;
import java.util.List;
import java.util.Map;

/**
 * Reads a member of a catalogue as users write it: a name alone, or an object with a name and what
 * they want otherwise than it is published. Whatever is left out has the published value. A part
 * that is of the same family (of a hybrid) and has a name is completed with what is published under
 * that name; one without a name changes the published part. So a member's own JSON is that member
 * again.
 *
 * @param catalogue that the names are of
 * @param <T> the family
 */
public record CatalogueReader<T>(Catalogue<T> catalogue) {

  private static final String NAME = "name";

  /** Whose variants have other fields: a variant that the user names is not completed. */
  private static final List<String> TAGS = List.of(NAME, "unit");

  /**
   * Reads one.
   *
   * @throws InvalidJsonException with one line, the field and its value, if it is none: an unknown
   *     name or field, a value of the wrong type or out of its range
   */
  public T read(JsonNode written) throws InvalidJsonException {
    if (written == null || !(written.isObject() || written.isTextual())) {
      String shown = Json.shown(written);
      throw new InvalidJsonException(
          "",
          shown,
          "%s must be a name or an object with a name, got: %s".formatted(catalogue.kind(), shown));
    }
    if (written.isTextual()) {
      return named(written, "");
    }
    return Json.readExactly(
        completed((ObjectNode) written, named(written.path(NAME), NAME)),
        catalogue.family(),
        catalogue.kind());
  }

  /**
   * The JSON in full of what is written. What does not name a member stays as it is, for whoever
   * reads it to refuse.
   */
  public JsonNode completed(JsonNode written) {
    JsonNode name = written.isTextual() ? written : written.path(NAME);
    if (!name.isTextual() || !catalogue.names().contains(name.asText())) {
      return written;
    }
    T published = catalogue.named(name.asText());
    return written.isTextual()
        ? Json.MAPPER.valueToTree(published)
        : completed((ObjectNode) written, published);
  }

  private ObjectNode completed(ObjectNode written, T published) {
    ObjectNode changes = written.deepCopy();
    ObjectNode base = Json.MAPPER.valueToTree(published);
    changes.set(NAME, base.get(NAME));
    completeParts(catalogue.entryOf(published).fields(), base, changes);
    return merged(base, changes);
  }

  private T named(JsonNode name, String field) throws InvalidJsonException {
    String where = catalogue.kind() + (field.isEmpty() ? "" : "." + field);
    if (name.isMissingNode()) {
      throw new InvalidJsonException(
          field,
          Json.shown(name),
          "%s is missing; it must be one of %s"
              .formatted(where, String.join(", ", catalogue.names())));
    }
    try {
      return catalogue.named(name.asText());
    } catch (InvalidValueException e) {
      throw new InvalidJsonException(field, Json.shown(name), where + " " + e.getMessage());
    }
  }

  private void completeParts(Fields fields, ObjectNode base, ObjectNode changes) {
    for (Field field : fields.list()) {
      boolean isMember = catalogue.family().isAssignableFrom(field.valueType());
      if (isMember && changes.get(field.name()) instanceof ObjectNode part && part.has(NAME)) {
        base.remove(field.name());
        changes.set(field.name(), completed(part, field.valueType()));
      }
    }
  }

  /** A part with a name, completed with what is published under that name. */
  private ObjectNode completed(ObjectNode part, Class<?> type) {
    String name = part.path(NAME).asText();
    if (!catalogue.names().contains(name) || !type.isInstance(catalogue.named(name))) {
      // It is refused with its place.
      return part;
    }
    ObjectNode published = Json.MAPPER.valueToTree(catalogue.named(name));
    part.set(NAME, published.get(NAME));
    return merged(published, part);
  }

  /** What is published, with the user's values in the place of those that he has written. */
  private static ObjectNode merged(ObjectNode base, ObjectNode changes) {
    for (String tag : TAGS) {
      if (changes.has(tag) && !changes.get(tag).equals(base.get(tag))) {
        return changes;
      }
    }
    ObjectNode merged = base.deepCopy();
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      JsonNode before = merged.get(change.getKey());
      JsonNode after = change.getValue();
      merged.set(
          change.getKey(),
          before instanceof ObjectNode whole && after instanceof ObjectNode part
              ? merged(whole, part)
              : after);
    }
    return merged;
  }
}
