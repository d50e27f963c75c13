package io.isotherm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.checks.InvalidValueException;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.catalogue.Catalogue;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.json.CatalogueReader;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a member of a catalogue: a name, or a JSON object with a name and what is not to be as
 * published.
 *
 * @param <T> estimators or policies
 */
class CatalogueConverter<T> implements ITypeConverter<T>, Iterable<String> {

  private final Catalogue<T> catalogue;

  CatalogueConverter(Catalogue<T> catalogue) {
    this.catalogue = catalogue;
  }

  /** Of policies. */
  static final class OfPolicies extends CatalogueConverter<PolicySpec> {
    OfPolicies() {
      super(Policies.CATALOGUE);
    }
  }

  /** Of estimators. */
  static final class OfEstimators extends CatalogueConverter<EstimatorSpec> {
    OfEstimators() {
      super(Estimators.CATALOGUE);
    }
  }

  @Override
  public final T convert(String text) {
    try {
      return read(text);
    } catch (InvalidJsonException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /**
   * The same for who wants to say more of an object that is not what it should be.
   *
   * @throws TypeConversionException if it is no object either
   */
  final T read(String text) throws InvalidJsonException {
    try {
      return text.stripLeading().startsWith("{")
          ? new CatalogueReader<>(catalogue).read(Json.MAPPER.readTree(text))
          : named(text);
    } catch (InvalidValueException e) {
      throw new TypeConversionException(e.getMessage());
    } catch (JsonProcessingException e) {
      throw new TypeConversionException(
          "must be a name or a JSON object: " + OneLine.first(e.getOriginalMessage()));
    }
  }

  /** Names in capitals are understood as well. */
  private T named(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return catalogue.named(catalogue.names().contains(lower) ? lower : text);
  }

  /** The names, for the help. */
  @Override
  public Iterator<String> iterator() {
    return catalogue.names().iterator();
  }
}
