package io.isotherm.methods.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A parameter as its record component describes it.
 *
 * @param component that it is
 * @param documentation what it means
 * @param bounds of a number
 * @param maxLength of text
 * @param flag the command line option that sets it, if any
 * @param whenMissing what a message means that does not have it, as text; empty if it must have it
 *     or if it is optional
 */
public record Field(
    RecordComponent component,
    String documentation,
    Bounds bounds,
    int maxLength,
    Optional<Flag> flag,
    Optional<String> whenMissing) {

  static Field of(RecordComponent component) {
    Class<?> owner = component.getDeclaringRecord();
    String name = component.getName();
    Parameter parameter =
        Family.inherited(owner, name, Parameter.class)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "%s of %s has no @Parameter".formatted(name, owner.getName())));
    JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
    return new Field(
        component,
        parameter.value(),
        Bounds.of(parameter),
        parameter.maxLength(),
        Family.inherited(owner, name, Flag.class),
        Optional.ofNullable(property)
            .map(JsonProperty::defaultValue)
            .filter(text -> !text.isEmpty()));
  }

  /** Its name, in JSON too. */
  public String name() {
    return component.getName();
  }

  /** The type of the component, with its arguments. */
  public Type type() {
    return component.getGenericType();
  }

  /** What a record has for it. */
  public Object of(Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  /** An annotation of the component, or of the interface method that it implements. */
  public <A extends Annotation> Optional<A> annotation(Class<A> type) {
    return Family.inherited(component.getDeclaringRecord(), name(), type);
  }

  /** Whether a value may be absent. */
  public boolean isOptional() {
    return type() instanceof ParameterizedType parameterized
        ? parameterized.getRawType() == Optional.class
        : type() == OptionalInt.class
            || type() == OptionalLong.class
            || type() == OptionalDouble.class;
  }

  /** The class of a value that is there; of lists it is {@link java.util.List}. */
  public Class<?> valueType() {
    if (type() instanceof ParameterizedType parameterized) {
      return (Class<?>)
          (isOptional() ? parameterized.getActualTypeArguments()[0] : parameterized.getRawType());
    }
    if (type() == OptionalInt.class) {
      return int.class;
    }
    if (type() == OptionalLong.class) {
      return long.class;
    }
    return type() == OptionalDouble.class ? double.class : (Class<?>) type();
  }
}
