package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.control.Control.Command;
import io.isotherm.contracts.control.Signature;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.PolicyReader;
import java.util.List;

/**
 * A checked request to do something with a run.
 *
 * @param by who wants it
 * @param command what to do
 */
record ControlOrder(String by, Command command) {

  private static final String BY = "by";
  private static final String POLICY = "policy";
  private static final int SHOWN = 80;

  /** What the path of a request asks for. */
  enum Kind {
    HOLD,
    RESUME,
    POLICY
  }

  /**
   * Reads a request's body: an object with {@code by}, which may be left out, and for a policy with
   * {@code policy}.
   *
   * @param caller stands in for {@code by}
   */
  static ControlOrder read(Kind kind, String body, String caller) throws InvalidRequestException {
    ObjectNode order = object(body);
    List<String> known = kind == Kind.POLICY ? List.of(BY, POLICY) : List.of(BY);
    for (var field : order.properties()) {
      if (!known.contains(field.getKey())) {
        throw new InvalidRequestException(
            field.getKey(),
            shown(field.getValue()),
            "%s is not a field here; it must be one of %s"
                .formatted(field.getKey(), String.join(", ", known)));
      }
    }
    String by = by(order.path(BY), caller);
    return new ControlOrder(
        by,
        switch (kind) {
          case HOLD -> new Command.Hold();
          case RESUME -> new Command.Resume();
          case POLICY -> policy(order.get(POLICY));
        });
  }

  /** The same request, to be read by another instance. */
  String toJson() {
    ObjectNode order = Json.MAPPER.createObjectNode().put(BY, by);
    if (command instanceof Command.ChangePolicy change) {
      order.set(POLICY, Json.MAPPER.valueToTree(change.policy()));
    }
    return order.toString();
  }

  private static ObjectNode object(String body) throws InvalidRequestException {
    try {
      if (Json.MAPPER.readTree(body == null ? "" : body) instanceof ObjectNode order) {
        return order;
      }
    } catch (JsonProcessingException e) {
      throw new InvalidRequestException("", "", "the body is not JSON: " + firstLine(e));
    }
    throw new InvalidRequestException(
        "", "", "the body must be a JSON object, for example {\"by\": \"ada\"}");
  }

  private static String by(JsonNode written, String caller) throws InvalidRequestException {
    if (written.isMissingNode()) {
      return caller;
    }
    String by = written.asText();
    if (!written.isTextual() || by.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidRequestException(
          BY, shown(written), "by must be one line of text, got: " + shown(written));
    }
    try {
      return new Signature(by, 0).by();
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(BY, shown(written), e.getMessage());
    }
  }

  private static Command policy(JsonNode written) throws InvalidRequestException {
    try {
      return new Command.ChangePolicy(PolicyReader.read(written));
    } catch (InvalidJsonException e) {
      throw refused(e);
    }
  }

  /** Refuses a policy by a metric that the run's estimator does not report. */
  void requireReported(EstimatorSpec estimator) throws InvalidRequestException {
    if (command instanceof Command.ChangePolicy change) {
      try {
        PolicyReader.requireReported(change.policy(), estimator);
      } catch (InvalidJsonException e) {
        throw refused(e);
      }
    }
  }

  private static InvalidRequestException refused(InvalidJsonException e) {
    return new InvalidRequestException(
        e.field().isEmpty() ? POLICY : POLICY + "." + e.field(), e.value(), e.getMessage());
  }

  private static String firstLine(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }

  private static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
