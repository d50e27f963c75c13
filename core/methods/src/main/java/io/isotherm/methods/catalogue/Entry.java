package io.isotherm.methods.catalogue;

import java.util.Map;

/**
 * What a user can choose by name.
 *
 * @param name as users write it
 * @param version of the record's parameters; 0 if they have none
 * @param summary what it is
 * @param source paper and code that it comes from
 * @param type the record
 * @param published the record with the parameters that it is published with
 * @param <T> the family
 */
public record Entry<T>(
    String name,
    int version,
    String summary,
    String source,
    Class<? extends Record> type,
    T published) {

  /** The parameters. */
  public Fields fields() {
    return Fields.of(type);
  }

  /** The command line options that set its parameters, by name. */
  public Map<String, Option> options() {
    return Option.of(type);
  }

  /** What the record itself says of it. */
  public Descriptor descriptor() {
    return Family.descriptor(type);
  }

  /** Whether it is a further name for a record with other parameters. */
  public boolean isPreset() {
    return !descriptor().name().equals(name);
  }
}
