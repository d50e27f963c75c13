package io.isotherm.contracts.codec;

/** A policy that a user has written is not one. */
public final class InvalidPolicyException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String field;
  private final String value;

  InvalidPolicyException(String field, String value, String message) {
    super(message);
    this.field = field;
    this.value = value;
  }

  /** The field that is wrong, with dots between its parts, such as {@code options.smoothing}. */
  public String field() {
    return field;
  }

  /** What stands there, as JSON and cut short. */
  public String value() {
    return value;
  }
}
