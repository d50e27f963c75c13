package io.isotherm.methods.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command line option of a catalogue: what it sets, wherever a member has that.
 *
 * @param flag as the parameter declares it
 * @param path to the parameter within a member, a name for each record in between
 * @param field the parameter
 */
public record Option(Flag flag, List<String> path, Field field) {

  /**
   * The options of a record's parameters, those of the records among them included.
   *
   * @return by name, in the order of the components
   */
  static Map<String, Option> of(Class<? extends Record> type) {
    Map<String, Option> options = new LinkedHashMap<>();
    collect(type, List.of(), options);
    return options;
  }

  private static void collect(
      Class<? extends Record> type, List<String> above, Map<String, Option> options) {
    for (Field field : Fields.of(type).list()) {
      List<String> path = new ArrayList<>(above);
      path.add(field.name());
      field
          .flag()
          .ifPresent(flag -> options.put(flag.value(), new Option(flag, List.copyOf(path), field)));
      if (field.valueType().isRecord()) {
        collect(field.valueType().asSubclass(Record.class), path, options);
      }
    }
  }
}
