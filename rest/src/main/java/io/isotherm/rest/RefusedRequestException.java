package io.isotherm.rest;

/** A request that can never succeed as it is. The message is one line. */
public final class RefusedRequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String field;
  private final String value;

  /** With the field that is to blame and what stands there; both empty if none is. */
  public RefusedRequestException(String field, String value, String message) {
    super(message);
    this.field = field;
    this.value = value;
  }

  ErrorBody body() {
    return new ErrorBody(getMessage(), field, value);
  }
}
