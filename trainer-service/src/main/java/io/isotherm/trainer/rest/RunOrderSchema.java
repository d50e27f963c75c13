package io.isotherm.trainer.rest;

import io.isotherm.contracts.run.PolicySpec;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The order's JSON for the OpenAPI document; it is read by {@code OrderReader}. */
@Schema(name = "RunOrder")
record RunOrderSchema(
    @Schema(required = true, pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}") String run,
    @Schema(description = "Passes over the training set") OptionalInt epochs,
    @Schema(description = "Of the first weights and the order of the images") OptionalLong seed,
    @Schema(description = "Images in a step") OptionalInt batchSize,
    @Schema(description = "Base rate at the first step") OptionalDouble learningRate,
    @Schema(description = "How alphas become factors") Optional<PolicySpec> policy,
    @Schema(description = "How often weights are published: one of the two") Every every) {

  /** One of the two. */
  @Schema(name = "Every")
  record Every(OptionalInt epochs, OptionalLong steps) {}
}
