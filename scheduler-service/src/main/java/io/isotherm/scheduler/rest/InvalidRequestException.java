package io.isotherm.scheduler.rest;

/** A request that can never succeed as it is. */
public final class InvalidRequestException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String field;
  private final String value;

  InvalidRequestException(String field, String value, String message) {
    super(message);
    this.field = field;
    this.value = value;
  }

  ErrorBody body() {
    return new ErrorBody(getMessage(), field, value);
  }
}
