package io.isotherm.checkpoints.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The parts of a tensor's name, in lower case: the last one is the parameter, those before it lead
 * to its module. Dots separate them, in TensorFlow slashes.
 *
 * @param parts from the outside to the inside
 */
record TensorName(List<String> parts) {

  private static final Pattern SEPARATOR = Pattern.compile("[./]");

  /** TensorFlow's number of the output, which is always the first. */
  private static final Pattern OUTPUT = Pattern.compile(":0$");

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  TensorName {
    parts = List.copyOf(parts);
  }

  static TensorName of(String name) {
    String plain = OUTPUT.matcher(name.toLowerCase(Locale.ROOT)).replaceFirst("");
    return new TensorName(Arrays.asList(SEPARATOR.split(plain, -1)));
  }

  String parameter() {
    return parts.get(parts.size() - 1);
  }

  /** The module's own name; empty at the root. */
  String moduleName() {
    return parts.size() > 1 ? parts.get(parts.size() - 2) : "";
  }

  /** Another parameter of the same module. */
  TensorName sibling(String parameter) {
    return outer(0).inner(parameter);
  }

  /** The module that the parameter is in, or one around that. */
  TensorName outer(int up) {
    return new TensorName(parts.subList(0, Math.max(0, parts.size() - 1 - up)));
  }

  TensorName inner(String... names) {
    return inner(List.of(names));
  }

  TensorName inner(List<String> names) {
    return new TensorName(Stream.concat(parts.stream(), names.stream()).toList());
  }

  /** Whether some part of the name has such letters in it. */
  boolean mentions(Pattern letters) {
    return parts.stream().anyMatch(part -> letters.matcher(part).find());
  }

  /** Whether {@code part} is in the name, and no number behind it, which would be a member's. */
  boolean isOfAll(String part) {
    int at = parts.indexOf(part);
    return at >= 0
        && parts.subList(at, parts.size()).stream()
            .noneMatch(inner -> NUMBER.matcher(inner).matches());
  }

  /** The parts with dots between them. */
  String text() {
    return String.join(".", parts);
  }
}
