package io.isotherm.methods;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Reads an estimator as users write it: a name alone, or an object with a name and what they want
 * otherwise than it is published. Whatever is left out has the value that {@link
 * EstimatorName#spec()} gives it.
 */
public final class EstimatorReader {

  private static final WrittenSpec<EstimatorSpec> READER = new WrittenSpec<>(EstimatorSpec.class);

  private EstimatorReader() {}

  /**
   * Reads an estimator.
   *
   * @throws InvalidEstimatorException with one line, the field and its value, if it is not one: an
   *     unknown name or field, a value of the wrong type or out of its range
   */
  public static EstimatorSpec read(JsonNode written) throws InvalidEstimatorException {
    if (written == null || !(written.isObject() || written.isTextual())) {
      String shown = WrittenSpec.shown(written);
      throw new InvalidEstimatorException(
          "", shown, "estimator must be a name or an object with a name, got: " + shown);
    }
    JsonNode name = written.isTextual() ? written : written.path("name");
    EstimatorName known;
    try {
      known = EstimatorName.parse(name.asText());
    } catch (IllegalArgumentException e) {
      throw new InvalidEstimatorException(
          written.isTextual() ? "" : "name",
          WrittenSpec.shown(name),
          "name of an estimator " + e.getMessage());
    }
    if (written.isTextual()) {
      return known.spec();
    }
    ObjectNode complete =
        WrittenSpec.merged(Json.MAPPER.valueToTree(known.spec()), (ObjectNode) written);
    try {
      return READER.read(complete);
    } catch (WrittenSpec.Refusal e) {
      throw new InvalidEstimatorException(e.field(), e.value(), e.getMessage());
    }
  }
}
