package io.isotherm.scheduler.rest;

import io.isotherm.methods.policy.PolicySpec;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies of controls for the OpenAPI document; they are read by {@link ControlOrder}. */
final class ControlSchema {

  private ControlSchema() {}

  @Schema(name = "Signed")
  record Signed(
      @Schema(description = "Who wants it; the caller's address if it is left out")
          Optional<String> by) {}

  @Schema(name = "PolicyOrder")
  record PolicyOrder(
      @Schema(description = "Who wants it; the caller's address if it is left out")
          Optional<String> by,
      @Schema(
              required = true,
              description = "A name, and the parameters that shall differ from the published ones")
          PolicySpec policy) {}
}
