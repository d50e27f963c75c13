package io.isotherm.methods;

/** An estimator that a user has written is not one. */
public final class InvalidEstimatorException extends InvalidSpecException {

  private static final long serialVersionUID = 1L;

  InvalidEstimatorException(String field, String value, String message) {
    super(field, value, message);
  }
}
