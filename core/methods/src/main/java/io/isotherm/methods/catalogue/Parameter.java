package io.isotherm.methods.catalogue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes a record component, or where several records have the same one, the interface method
 * that it implements.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Parameter {

  /** What it means: a sentence without capital and full stop. */
  String value();

  /** Values must be greater. */
  double above() default Double.NEGATIVE_INFINITY;

  /** Values must not be smaller. */
  double atLeast() default Double.NEGATIVE_INFINITY;

  /** Values must be smaller. */
  double below() default Double.POSITIVE_INFINITY;

  /** Values must not be greater. */
  double atMost() default Double.POSITIVE_INFINITY;

  /** Text must have at least one character that is not white space, and at most so many. */
  int maxLength() default Integer.MAX_VALUE;
}
