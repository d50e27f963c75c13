package io.isotherm.methods;

import io.isotherm.checks.Checks;

/** Checks that several estimators share; each message names the parameter and the estimator. */
final class Estimators {

  private Estimators() {}

  static void checkCommon(
      String name,
      int version,
      int knownVersion,
      XminRule fit,
      double xminPosition,
      double convNorm) {
    checkVersion(name, version, knownVersion);
    Checks.requirePresent("fit of estimator '" + name + "'", fit);
    checkPosition("xminPosition", name, xminPosition);
    Checks.requirePositive("convNorm of estimator '" + name + "'", convNorm);
  }

  static void checkVersion(String name, int version, int knownVersion) {
    if (version != knownVersion) {
      throw new IllegalArgumentException(
          "version of estimator '%s' must be %d, got: %d".formatted(name, knownVersion, version));
    }
  }

  static void checkPosition(String parameter, String name, double position) {
    String field = "%s of estimator '%s'".formatted(parameter, name);
    if (!(Checks.requireFinite(field, position) > 1)) {
      throw new IllegalArgumentException(field + " must be more than 1, got: " + position);
    }
  }

  static void checkWindow(String name, int rows, double aspect) {
    Checks.requirePositive("rows of estimator '" + name + "'", rows);
    Checks.requirePositive("aspect of estimator '" + name + "'", aspect);
    double columns = rows * aspect;
    if (columns < 1 || columns > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "rows * aspect of estimator '%s' must give 1 to %d columns, got: %d * %s"
              .formatted(name, Integer.MAX_VALUE, rows, aspect));
    }
  }

  static void checkOps(String name, int ops) {
    if (ops < 2) {
      throw new IllegalArgumentException(
          "ops of estimator '%s' must be 2 or more, got: %d".formatted(name, ops));
    }
  }
}
