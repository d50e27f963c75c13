package io.isotherm.methods;

/** A policy that a user has written is not one. */
public final class InvalidPolicyException extends InvalidSpecException {

  private static final long serialVersionUID = 1L;

  InvalidPolicyException(String field, String value, String message) {
    super(field, value, message);
  }
}
