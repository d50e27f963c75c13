package io.isotherm.methods.catalogue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says once what a type of the catalogue is: an estimator, a policy, or a part of one. Reading,
 * command line, schemas and documents take it from here.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Descriptor {

  /** The name by which users and messages tell it from its siblings; empty if it has none. */
  String name() default "";

  /** Grows whenever the same parameters would give other numbers; 0 for what has no version. */
  int version() default 0;

  /** What it is, in one or two sentences, for command line, schemas and documents. */
  String summary();

  /** Paper and code that it comes from. */
  String source() default "";

  /** For a policy's map: the factor of layer i, as docs/policies.md has it. */
  String formula() default "";

  /** For an estimator: the matrices that it makes of a layer. */
  String matrices() default "";

  /**
   * How messages name one of its fields: {@code %1$s} is the field and {@code %2$s} the name. Empty
   * for that of the sealed interface above it, or the field alone.
   */
  String field() default "";
}
