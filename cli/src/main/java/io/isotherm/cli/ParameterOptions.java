package io.isotherm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.methods.catalogue.Catalogue;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.catalogue.Option;
import io.isotherm.methods.json.CatalogueReader;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * The options by which a user chooses a member of a catalogue: its name or JSON, and one for each
 * parameter that declares an option. Names, help and rules come from the catalogue. An option that
 * the chosen member has no use for is refused.
 *
 * @param <T> estimators or policies
 */
final class ParameterOptions<T> {

  private final Catalogue<T> catalogue;
  private final CatalogueReader<T> reader;
  private final OptionSpec chooser;
  private final Map<String, Option> options = new LinkedHashMap<>();
  private CommandSpec command;

  /**
   * The options of a catalogue.
   *
   * @param chooser takes a name or JSON
   */
  ParameterOptions(Catalogue<T> catalogue, OptionSpec.Builder chooser) {
    this.catalogue = catalogue;
    this.reader = new CatalogueReader<>(catalogue);
    this.chooser = chooser.type(String.class).completionCandidates(catalogue.names()).build();
    for (Entry<T> entry : catalogue.records()) {
      entry.options().forEach(options::putIfAbsent);
    }
  }

  /** A command that has such options. */
  interface Owner {
    /** In the order in which help shows them. */
    List<ParameterOptions<?>> parameters();
  }

  /** Puts the options of a command in front of its other ones. */
  static final class Added implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      List<OptionSpec> own =
          command.options().stream().filter(option -> option.group() == null).toList();
      own.forEach(command::remove);
      ((Owner) command.userObject()).parameters().forEach(options -> options.addTo(command));
      own.forEach(command::addOption);
      return command;
    }
  }

  private void addTo(CommandSpec owner) {
    command = owner;
    owner.addOption(chooser);
    options.values().forEach(option -> owner.addOption(OptionHelp.of(catalogue, option)));
  }

  /** What stands behind the choosing option, for headings; empty if nothing does. */
  String label() {
    return text().orElse("");
  }

  /**
   * What the user has chosen.
   *
   * @return absent if nothing is
   * @throws ParameterException if there is no such member, or if an option does not apply to it or
   *     is out of its range
   */
  Optional<T> chosen() {
    List<Option> given = options.values().stream().filter(this::isGiven).toList();
    Optional<String> text = text();
    if (text.isEmpty()) {
      if (!given.isEmpty()) {
        throw refused(given.get(0).flag().value() + " needs " + name());
      }
      return Optional.empty();
    }
    ObjectNode json = Json.MAPPER.valueToTree(named(name(), text.get()));
    given.forEach(option -> apply(option, json, text.get()));
    try {
      return Optional.of(reader.read(json));
    } catch (InvalidJsonException e) {
      throw refused(e.getMessage());
    }
  }

  /**
   * A member by its name or as JSON.
   *
   * @param option that it stands behind
   * @throws ParameterException if it is none
   */
  T named(String option, String text) {
    try {
      return new CatalogueConverter<>(catalogue).read(text);
    } catch (InvalidJsonException e) {
      throw refused(option + ": " + e.getMessage());
    } catch (TypeConversionException e) {
      throw refused(option + " " + e.getMessage());
    }
  }

  private void apply(Option option, ObjectNode json, String text) {
    requireAlone(option);
    List<ObjectNode> parts = partsWith(option, json);
    if (parts.isEmpty()) {
      throw refused("%s does not apply to %s %s".formatted(option.flag().value(), name(), text));
    }
    for (ObjectNode part : parts) {
      requireCondition(option, part);
      ObjectNode owner = part;
      for (String step : option.path().subList(0, option.path().size() - 1)) {
        owner = owner.withObjectProperty(step);
      }
      owner.set(option.field().name(), json(option));
    }
  }

  /** The member itself, or the parts of a hybrid, that have what the option sets. */
  private List<ObjectNode> partsWith(Option option, ObjectNode json) {
    Entry<T> entry = entry(json);
    if (entry.options().containsKey(option.flag().value())) {
      return List.of(json);
    }
    return entry.fields().list().stream()
        .filter(field -> catalogue.family().isAssignableFrom(field.valueType()))
        .map(field -> (ObjectNode) json.get(field.name()))
        .flatMap(part -> partsWith(option, part).stream())
        .toList();
  }

  private Entry<T> entry(ObjectNode json) {
    String name = json.path("name").textValue();
    return catalogue.records().stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void requireAlone(Option option) {
    for (Option other : options.values()) {
      if (option.flag().excludes().equals(other.field().name()) && isGiven(other)) {
        throw refused(
            "%s and %s exclude each other".formatted(option.flag().value(), other.flag().value()));
      }
    }
  }

  private void requireCondition(Option option, ObjectNode part) {
    for (Option other : options.values()) {
      String value = part.path(other.field().name()).asText();
      String condition = option.flag().onlyWith();
      if (condition.startsWith(other.field().name() + "=")
          && !condition.equals(other.field().name() + "=" + value)) {
        throw refused(
            "%s does not apply to %s %s"
                .formatted(option.flag().value(), other.flag().value(), value));
      }
    }
  }

  private JsonNode json(Option option) {
    return option.field().valueType() == boolean.class
        ? BooleanNode.valueOf(option.flag().sets())
        : Json.MAPPER.valueToTree(command.findOption(option.flag().value()).getValue());
  }

  private boolean isGiven(Option option) {
    Object value = command.findOption(option.flag().value()).getValue();
    return value != null && !value.equals(false);
  }

  private Optional<String> text() {
    return Optional.ofNullable(command.findOption(name()).getValue());
  }

  private String name() {
    return chooser.longestName();
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
