package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Why a request was refused.
 *
 * @param message one line: what, which value, what to do
 * @param field of the request that is to blame; empty if none is
 * @param value what stands there; empty if no field is to blame
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ErrorBody(String message, String field, String value) {

  static ErrorBody of(String message) {
    return new ErrorBody(message, "", "");
  }
}
