package io.isotherm.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes, with K, M, G or T behind it for powers of 1024. */
final class MemoryConverter implements ITypeConverter<Long> {

  private static final String UNITS = "KMGT";
  private static final int UNIT_BITS = 10;
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([" + UNITS + "]?)");

  @Override
  public Long convert(String text) {
    Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (size.matches()) {
      long number = Long.parseLong(size.group(1));
      int shift = size.group(2).isEmpty() ? 0 : UNIT_BITS * (1 + UNITS.indexOf(size.group(2)));
      if (number > 0 && number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    }
    throw new TypeConversionException(
        "a size must look like 512M or 8G and be more than 0, got: '" + text + "'");
  }
}
