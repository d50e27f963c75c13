package io.isotherm.scheduler.rest;

import io.isotherm.checks.OneLine;
import io.isotherm.rest.ErrorBody;
import io.isotherm.scheduler.NotReadyException;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The answers to requests that cannot be answered. */
public class Errors {

  /** Runs change hands within seconds. */
  private static final String SECONDS_TO_WAIT = "2";

  /** A request that may succeed a little later. */
  @ServerExceptionMapper
  public RestResponse<Object> notReady(NotReadyException e) {
    return json(
        RestResponse.StatusCode.SERVICE_UNAVAILABLE, ErrorBody.of(OneLine.of(e.getMessage())));
  }

  static RestResponse<Object> unknown(String run) {
    return json(
        RestResponse.StatusCode.NOT_FOUND,
        ErrorBody.of("the scheduler knows no run " + OneLine.quoted(run)));
  }

  /** Any answer in JSON; one that says "later" says when. */
  static RestResponse<Object> json(int status, Object body) {
    var answer =
        RestResponse.ResponseBuilder.<Object>create(status)
            .entity(body)
            .type(MediaType.APPLICATION_JSON_TYPE);
    if (status == RestResponse.StatusCode.SERVICE_UNAVAILABLE) {
      answer.header("Retry-After", SECONDS_TO_WAIT);
    }
    return answer.build();
  }
}
