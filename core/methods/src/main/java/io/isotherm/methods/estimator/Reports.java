package io.isotherm.methods.estimator;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The metrics that an estimator adds to those of all: on the record for every layer, on a truth
 * value among its parameters for when that is true.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Reports {

  /** In the order in which documents list them. */
  Metric[] value();
}
