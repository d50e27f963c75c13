package io.isotherm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.methods.InvalidPolicyException;
import io.isotherm.methods.Json;
import io.isotherm.methods.PolicyName;
import io.isotherm.methods.PolicyReader;
import io.isotherm.methods.PolicySpec;
import java.util.Arrays;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a policy: a name, or a JSON object with a name and what is not to be as published. */
final class PolicyConverter implements ITypeConverter<PolicySpec> {

  @Override
  public PolicySpec convert(String text) {
    if (!text.stripLeading().startsWith("{")) {
      try {
        return PolicyName.parse(text).spec();
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
    try {
      return PolicyReader.read(Json.MAPPER.readTree(text));
    } catch (InvalidPolicyException e) {
      throw new TypeConversionException(e.getMessage());
    } catch (JsonProcessingException e) {
      throw new TypeConversionException(
          "must be a name or a JSON object: "
              + e.getOriginalMessage().lines().findFirst().orElse("not JSON"));
    }
  }

  /** The names, for the help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(PolicyName.values()).map(PolicyName::toString).iterator();
    }
  }
}
