package io.isotherm.rest;

import io.isotherm.checks.OneLine;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.constraints.AssertTrue;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The answers to requests that can never succeed as they are. */
public class Refusals {

  /** A body that cannot be read, or that contradicts what the service knows. */
  @ServerExceptionMapper
  public RestResponse<ErrorBody> refused(RefusedRequestException e) {
    return answer(RestResponse.Status.BAD_REQUEST, e.body());
  }

  /** A value that its annotations forbid; of several the first by name. */
  @ServerExceptionMapper
  public RestResponse<ErrorBody> violated(ConstraintViolationException e) {
    ConstraintViolation<?> first =
        e.getConstraintViolations().stream()
            .min(Comparator.comparing(Refusals::field))
            .orElseThrow();
    String field = field(first);
    String value = shown(isOfTheWhole(first) ? first.getLeafBean() : first.getInvalidValue());
    return answer(
        RestResponse.Status.BAD_REQUEST,
        new ErrorBody(
            OneLine.of("%s %s, got: %s".formatted(field, first.getMessage(), value)),
            field,
            value));
  }

  /** A body of another type. */
  @ServerExceptionMapper
  public RestResponse<ErrorBody> notJson(NotSupportedException e) {
    return answer(
        RestResponse.Status.UNSUPPORTED_MEDIA_TYPE, ErrorBody.of(OneLine.of(e.getMessage())));
  }

  /** The path within the body: without the method and its parameter, and up to a map's key. */
  private static String field(ConstraintViolation<?> violation) {
    List<String> names = new ArrayList<>();
    for (Path.Node node : violation.getPropertyPath()) {
      if (node.getKind() == ElementKind.PROPERTY) {
        names.add(node.getName());
      }
    }
    return String.join(".", isOfTheWhole(violation) ? names.subList(0, names.size() - 1) : names);
  }

  /** A question that the record answers about itself is no field of it. */
  private static boolean isOfTheWhole(ConstraintViolation<?> violation) {
    return violation.getConstraintDescriptor().getAnnotation() instanceof AssertTrue;
  }

  private static String shown(Object value) {
    if (value instanceof Optional<?> optional) {
      return shown(optional.orElse(null));
    }
    if (value instanceof Map<?, ?> map) {
      return Integer.toString(map.size());
    }
    if (value instanceof Collection<?> collection) {
      return Integer.toString(collection.size());
    }
    return value instanceof String text ? OneLine.quoted(text) : String.valueOf(value);
  }

  private static RestResponse<ErrorBody> answer(RestResponse.Status status, ErrorBody body) {
    return RestResponse.ResponseBuilder.<ErrorBody>create(status)
        .entity(body)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .build();
  }
}
