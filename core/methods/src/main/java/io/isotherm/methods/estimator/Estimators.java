package io.isotherm.methods.estimator;

import io.isotherm.methods.catalogue.Catalogue;

/** The estimators that users can choose from. */
public final class Estimators {

  /** Each with its name, parameters and what is published under it. */
  public static final Catalogue<EstimatorSpec> CATALOGUE =
      Catalogue.of(EstimatorSpec.class, "estimator");

  private Estimators() {}
}
