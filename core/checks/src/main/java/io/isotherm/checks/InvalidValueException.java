package io.isotherm.checks;

/** A value breaks a rule of its field. The message is one line and names both. */
public final class InvalidValueException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String field;
  private final String value;

  /**
   * With what it is about.
   *
   * @param field the record component
   * @param value what stands there
   */
  public InvalidValueException(String field, Object value, String message) {
    super(message);
    this.field = field;
    this.value = String.valueOf(value);
  }

  /** The record component that is wrong. */
  public String field() {
    return field;
  }

  /** What stands there. */
  public String value() {
    return value;
  }
}
