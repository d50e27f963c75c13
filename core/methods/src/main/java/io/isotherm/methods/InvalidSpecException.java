package io.isotherm.methods;

/** What a user has written is not what it should be: a policy or an estimator. */
public abstract sealed class InvalidSpecException extends Exception
    permits InvalidPolicyException, InvalidEstimatorException {

  private static final long serialVersionUID = 1L;

  private final String field;
  private final String value;

  InvalidSpecException(String field, String value, String message) {
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
