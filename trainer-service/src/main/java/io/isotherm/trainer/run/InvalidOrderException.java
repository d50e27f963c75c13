package io.isotherm.trainer.run;

/** An order that cannot be carried out, with the field to blame. The message is one line. */
public final class InvalidOrderException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String field;

  /** With the field as it is called in the order's JSON; empty if the order is no JSON object. */
  public InvalidOrderException(String field, String message) {
    super(message);
    this.field = field;
  }

  /** The field to blame; empty if it is the order as a whole. */
  public String field() {
    return field;
  }
}
