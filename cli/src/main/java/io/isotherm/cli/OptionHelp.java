package io.isotherm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.catalogue.Catalogue;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.catalogue.Option;
import io.isotherm.methods.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** A catalogue's option as picocli has it: what it takes, and what help says of it. */
final class OptionHelp {

  private static final Map<Class<?>, Class<?>> BOXED =
      Map.of(
          int.class, Integer.class,
          long.class, Long.class,
          double.class, Double.class,
          String.class, String.class);

  private OptionHelp() {}

  static OptionSpec of(Catalogue<?> catalogue, Option option) {
    Class<?> type = option.field().valueType();
    OptionSpec.Builder builder =
        OptionSpec.builder(option.flag().value())
            .description(description(catalogue, option).replace("%", "%%"));
    if (type == boolean.class) {
      return builder.type(boolean.class).arity("0").build();
    }
    builder.paramLabel(option.flag().label());
    return type.isEnum()
        ? builder.type(String.class).converters(text -> constant(type, text)).build()
        : builder.type(BOXED.get(type)).build();
  }

  private static String description(Catalogue<?> catalogue, Option option) {
    List<? extends Entry<?>> users =
        catalogue.records().stream()
            .filter(entry -> entry.options().containsKey(option.flag().value()))
            .toList();
    String names = users.stream().map(Entry::name).collect(Collectors.joining(", "));
    String text =
        option.flag().help().isEmpty() ? option.field().documentation() : option.flag().help();
    Class<?> type = option.field().valueType();
    long all = catalogue.records().stream().filter(entry -> !entry.options().isEmpty()).count();
    return (type.isEnum() ? String.join(", ", constants(type)) + "; " : "")
        + (users.size() < all ? "with " + names + ": " : "")
        + text
        + (type == boolean.class ? "" : " (default: %s)".formatted(defaults(users, option)));
  }

  /** The commonest value, and the names of those that have another. */
  private static String defaults(List<? extends Entry<?>> users, Option option) {
    Map<String, List<String>> names = new LinkedHashMap<>();
    for (Entry<?> user : users) {
      names.computeIfAbsent(value(user, option), value -> new ArrayList<>()).add(user.name());
    }
    return names.entrySet().stream()
        .sorted(Comparator.comparing(entry -> -entry.getValue().size()))
        .map(
            entry ->
                entry.getValue().size() * 2 > users.size()
                    ? entry.getKey()
                    : entry.getKey() + " for " + String.join(", ", entry.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String value(Entry<?> entry, Option option) {
    JsonNode value = Json.MAPPER.valueToTree(entry.published());
    for (String step : option.path()) {
      value = value.path(step);
    }
    if (value.isMissingNode()) {
      return option.field().whenMissing().orElse("none");
    }
    return value.isDouble() && value.doubleValue() == Math.rint(value.doubleValue())
        ? Long.toString(value.longValue())
        : value.asText();
  }

  private static String constant(Class<?> type, String text) {
    return constants(type).stream()
        .filter(constant -> constant.equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "must be one of %s, got: '%s'"
                        .formatted(String.join(", ", constants(type)), text)));
  }

  /** As JSON has them. */
  private static List<String> constants(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> Json.MAPPER.<JsonNode>valueToTree(constant).textValue())
        .toList();
  }
}
