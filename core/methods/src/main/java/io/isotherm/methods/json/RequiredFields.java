package io.isotherm.methods.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedConstructor;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import java.lang.reflect.RecordComponent;

/**
 * Makes Jackson refuse a record without one of its fields, or with null for it, before the record
 * is built: with the field's path, and as an exception of its own. Fields that are optional, and
 * those whose {@link JsonProperty#defaultValue} says what they are when they are missing, may be.
 */
final class RequiredFields extends NopAnnotationIntrospector {

  private static final long serialVersionUID = 1L;

  @Override
  public JsonSetter.Value findSetterInfo(Annotated annotated) {
    return annotated instanceof AnnotatedParameter parameter && isRequired(parameter)
        ? JsonSetter.Value.forValueNulls(Nulls.FAIL)
        : JsonSetter.Value.empty();
  }

  private static boolean isRequired(AnnotatedParameter parameter) {
    JsonProperty property = parameter.getAnnotation(JsonProperty.class);
    if (property != null && !property.defaultValue().isEmpty()) {
      return false;
    }
    Class<?> type = parameter.getRawType();
    return type.isPrimitive()
        || (isOfARecord(parameter) && !type.getSimpleName().startsWith("Optional"));
  }

  /** Whether it is a component, and not an argument of a factory, which may know a default. */
  private static boolean isOfARecord(AnnotatedParameter parameter) {
    if (!(parameter.getOwner() instanceof AnnotatedConstructor constructor)) {
      return false;
    }
    RecordComponent[] components = constructor.getDeclaringClass().getRecordComponents();
    return components != null && components.length == constructor.getParameterCount();
  }
}
