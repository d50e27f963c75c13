package io.isotherm.trainer.rest;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Map;
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
    @Schema(
            description =
                "How alphas become factors; parameters that are left out are as published. Also"
                    + " the presets llr and alphadecay")
        Optional<PolicySpec> policy,
    @Schema(
            description =
                "Further policies by name, at most 8: their decisions are computed and shown, and"
                    + " never applied")
        Optional<Map<String, PolicySpec>> shadows,
    @Schema(
            description =
                "How alpha is measured: the name of an estimator, or an object with its name and"
                    + " parameters; what is left out is as published",
            oneOf = {String.class, EstimatorSpec.class})
        Optional<Object> estimator,
    @Schema(description = "How often weights are published: one of the two") Every every) {

  /** One of the two. */
  @Schema(name = "Every")
  record Every(OptionalInt epochs, OptionalLong steps) {}
}
