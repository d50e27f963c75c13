package io.isotherm.methods.policy;

import io.isotherm.methods.catalogue.Catalogue;

/** The policies that users can choose from. */
public final class Policies {

  /** Each with its name, parameters and what is published under it, and the presets. */
  public static final Catalogue<PolicySpec> CATALOGUE = Catalogue.of(PolicySpec.class, "policy");

  private Policies() {}
}
