package io.isotherm.methods.catalogue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The command line option that sets a {@link Parameter}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Flag {

  /** The option, for example {@code --fit}. */
  String value();

  /** What help calls the value; a truth value has none. */
  String label() default "";

  /** What a truth value is set to. */
  boolean sets() default true;

  /** What help says instead of the parameter's own documentation. */
  String help() default "";

  /** The parameter that it cannot be given together with. */
  String excludes() default "";

  /** A parameter and the only value with which it can be given, {@code fit=median}. */
  String onlyWith() default "";
}
