package io.isotherm.methods.estimator;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.json.CatalogueReader;
import io.isotherm.methods.json.CompletingDeserializer;
import io.isotherm.methods.json.InvalidJsonException;

/** Reads an estimator as users write it: a name, or an object with a name and parameters. */
public final class EstimatorReader {

  private static final CatalogueReader<EstimatorSpec> READER =
      new CatalogueReader<>(Estimators.CATALOGUE);

  private EstimatorReader() {}

  /** Reads an estimator in a message; only Jackson makes one. */
  public static final class InMessages extends CompletingDeserializer<EstimatorSpec> {
    /** For Jackson. */
    public InMessages() {
      super(READER);
    }
  }

  /** The JSON in full of an estimator that stands alone in a message, to be read as a message. */
  public static JsonNode completed(JsonNode written) {
    return READER.completed(written);
  }

  /**
   * Reads an estimator; what is left out is as published.
   *
   * @throws InvalidJsonException with one line, the field and its value, if it is not one
   */
  public static EstimatorSpec read(JsonNode written) throws InvalidJsonException {
    return READER.read(written);
  }
}
