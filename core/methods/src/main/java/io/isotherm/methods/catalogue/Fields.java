package io.isotherm.methods.catalogue;

import io.isotherm.checks.InvalidValueException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The parameters of a described record, and the check of what its constructor is given. */
public final class Fields {

  private static final String VERSION = "version";

  private static final ClassValue<Fields> KNOWN =
      new ClassValue<>() {
        @Override
        protected Fields computeValue(Class<?> type) {
          return new Fields(type.asSubclass(Record.class));
        }
      };

  private final Descriptor descriptor;
  private final String label;
  private final List<Field> list;

  private Fields(Class<? extends Record> type) {
    this.descriptor = Family.descriptor(type);
    this.label = label(type);
    this.list = Arrays.stream(type.getRecordComponents()).map(Field::of).toList();
  }

  /** The parameters of a record that has a {@link Descriptor}. */
  public static Fields of(Class<? extends Record> type) {
    return KNOWN.get(type);
  }

  /** The parameters in the order of the components. */
  public List<Field> list() {
    return list;
  }

  /** The parameter of that name, if there is one. */
  public Optional<Field> named(String name) {
    return list.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /**
   * Checks that values are there and within their bounds. A record's compact constructor calls it
   * with all its components in their order.
   *
   * @throws InvalidValueException that names the first parameter that is wrong
   */
  public void check(Object... values) {
    if (values.length != list.size()) {
      throw new IllegalStateException(
          "%d values for %d parameters".formatted(values.length, list.size()));
    }
    for (int i = 0; i < values.length; i++) {
      check(list.get(i), values[i]);
    }
  }

  private void check(Field field, Object given) {
    if (given == null) {
      throw new InvalidValueException(field.name(), null, named(field) + " is missing");
    }
    Object value = present(given);
    if (value instanceof Number number) {
      check(field, number);
    } else if (value instanceof String text) {
      check(field, text);
    }
  }

  private void check(Field field, Number number) {
    if (field.name().equals(VERSION) && number.intValue() != descriptor.version()) {
      throw refusal(VERSION, number, "must be " + descriptor.version());
    }
    Optional<String> broken = field.bounds().brokenBy(number);
    if (broken.isPresent()) {
      throw refusal(field.name(), number, broken.get());
    }
  }

  private void check(Field field, String text) {
    if (text.isBlank()) {
      throw new InvalidValueException(field.name(), text, named(field) + " must not be empty");
    }
    if (text.length() > field.maxLength()) {
      throw refusal(
          field.name(),
          text.length(),
          "must have at most %d characters".formatted(field.maxLength()));
    }
  }

  /** That a value breaks a rule, for rules over more than one parameter. */
  public InvalidValueException refusal(String field, Object value, String rule) {
    return new InvalidValueException(
        field, value, "%s %s, got: %s".formatted(label.formatted(field, name()), rule, value));
  }

  private String named(Field field) {
    return label.formatted(field.name(), name());
  }

  private String name() {
    return descriptor.name();
  }

  private static String label(Class<?> type) {
    for (Class<?> above : Family.upwards(type)) {
      Descriptor descriptor = above.getAnnotation(Descriptor.class);
      if (descriptor != null && !descriptor.field().isEmpty()) {
        return descriptor.field();
      }
    }
    return "%1$s";
  }

  /** What is inside of an optional; null if nothing is. */
  private static Object present(Object value) {
    if (value instanceof OptionalInt some) {
      return some.isPresent() ? some.getAsInt() : null;
    }
    if (value instanceof OptionalLong some) {
      return some.isPresent() ? some.getAsLong() : null;
    }
    if (value instanceof OptionalDouble some) {
      return some.isPresent() ? some.getAsDouble() : null;
    }
    return value instanceof Optional<?> some ? some.orElse(null) : value;
  }
}
