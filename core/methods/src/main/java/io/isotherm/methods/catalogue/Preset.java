package io.isotherm.methods.catalogue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a record's static method without parameters that gives it as it is published. The one
 * without a name is what the record's own name stands for, and whatever a user leaves out.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Preset {

  /** A further name that users can choose; messages carry the record's own. */
  String name() default "";

  /** What it stands for. */
  String summary() default "";

  /** Paper and code that it comes from. */
  String source() default "";
}
