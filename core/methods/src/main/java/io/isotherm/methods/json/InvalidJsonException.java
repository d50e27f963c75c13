package io.isotherm.methods.json;

/** JSON is not what it should be: a message, a policy or an estimator. The message is one line. */
public final class InvalidJsonException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String field;
  private final String value;

  /**
   * With what is wrong and where.
   *
   * @param field as {@link #field}
   * @param value as {@link #value}
   */
  public InvalidJsonException(String field, String value, String message) {
    super(message);
    this.field = field;
    this.value = value;
  }

  /**
   * The field that is wrong, with dots between its parts, such as {@code options.smoothing}; empty
   * if it is the whole.
   */
  public String field() {
    return field;
  }

  /** What stands there, as JSON and cut short; {@code none} if nothing does. */
  public String value() {
    return value;
  }
}
