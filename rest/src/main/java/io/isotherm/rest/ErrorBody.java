package io.isotherm.rest;

/**
 * Why a request was refused.
 *
 * @param message one line: what, which value, what to do
 * @param field of the request that is to blame, with dots between its parts; empty if none is
 * @param value what stands there; empty if no field is to blame
 */
public record ErrorBody(String message, String field, String value) {

  /** Of a request as a whole. */
  public static ErrorBody of(String message) {
    return new ErrorBody(message, "", "");
  }
}
