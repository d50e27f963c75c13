package io.isotherm.cli;

import io.isotherm.checks.Names;
import io.isotherm.methods.policy.PolicySpec;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A shadow policy as the command line has it, {@code NAME=POLICY}.
 *
 * @param name of the shadow
 * @param policy that decides beside the one that acts
 */
record ShadowPolicy(String name, PolicySpec policy) {

  /** Reads one. */
  static final class Converter implements ITypeConverter<ShadowPolicy> {
    @Override
    public ShadowPolicy convert(String text) {
      int equals = text.indexOf('=');
      if (equals < 0) {
        throw new TypeConversionException("must be NAME=POLICY, got: '%s'".formatted(text));
      }
      String name;
      try {
        name = Names.requireShadow(text.substring(0, equals));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
      return new ShadowPolicy(
          name, new CatalogueConverter.OfPolicies().convert(text.substring(equals + 1)));
    }
  }
}
