package io.isotherm.trainer.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.isotherm.client.dl4j.SnapshotInterval;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.rest.StrictText;
import io.isotherm.rest.WrittenSpec;
import io.isotherm.trainer.network.Networks;
import io.isotherm.trainer.run.RunOrder;
import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of a request for a run; what it leaves out comes from the configuration, and methods are
 * as published.
 *
 * @param run names the run
 * @param network names the network that is trained
 * @param epochs passes over the training set
 * @param seed of the first weights and of the order of the images
 * @param batchSize images in a step
 * @param learningRate base rate at the first step
 * @param policy how alphas become factors
 * @param shadows further policies by name, which are never applied
 * @param estimator how alpha is measured
 * @param every how often weights are published
 */
@Schema(name = "RunOrder")
public record RunRequest(
    @Schema(required = true)
        @Pattern(regexp = NAME, message = NAME_MESSAGE)
        @JsonDeserialize(using = StrictText.class)
        String run,
    @Schema(description = "The network that is trained, by name", defaultValue = Networks.DEFAULT)
        @JsonProperty(defaultValue = Networks.DEFAULT)
        @JsonDeserialize(using = StrictText.class)
        String network,
    @Schema(description = "Passes over the training set")
        @Min(value = 1, message = "must be at least {value}")
        @Max(value = RunOrder.MAX_EPOCHS, message = "must be at most {value}")
        OptionalInt epochs,
    @Schema(description = "Of the first weights and the order of the images") OptionalLong seed,
    @Schema(description = "Images in a step") @Min(value = 1, message = "must be at least {value}")
        OptionalInt batchSize,
    @Schema(description = "Base rate at the first step")
        @Positive(message = "must be greater than 0")
        @DecimalMax(value = LARGEST, message = "must be finite")
        OptionalDouble learningRate,
    @Schema(
            description =
                "How alphas become factors; parameters that are left out are as published. Also"
                    + " the presets llr and alphadecay")
        @JsonProperty(defaultValue = "linear")
        @JsonDeserialize(using = WrittenSpec.OfPolicy.class)
        PolicySpec policy,
    @Schema(
            description =
                "Further policies by name: their decisions are computed and shown, and never"
                    + " applied")
        @JsonProperty(defaultValue = "{}")
        @JsonDeserialize(contentUsing = WrittenSpec.OfPolicy.class)
        @Size(max = RunDescription.MAX_SHADOWS, message = "must be at most {max}")
        Map<@Pattern(regexp = NAME, message = NAME_MESSAGE) String, PolicySpec> shadows,
    @Schema(
            description =
                "How alpha is measured: the name of an estimator, or an object with its name and"
                    + " parameters; what is left out is as published",
            oneOf = {String.class, EstimatorSpec.class})
        @JsonProperty(defaultValue = "tempbalance")
        @JsonDeserialize(using = WrittenSpec.OfEstimator.class)
        EstimatorSpec estimator,
    @Schema(description = "How often weights are published: one of the two")
        @JsonProperty(defaultValue = "{\"epochs\": 1}")
        @Valid
        Every every) {

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";
  private static final String NAME_MESSAGE = "must be 1 to 100 letters, digits, '.', '_' or '-'";
  private static final String LARGEST = "1.7976931348623157E308";

  /** Fills in the network, the methods and the interval. */
  public RunRequest {
    network = network == null ? Networks.DEFAULT : network;
    policy = policy == null ? PolicySpec.DEFAULT : policy;
    shadows =
        shadows == null
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(shadows));
    estimator = estimator == null ? EstimatorSpec.DEFAULT : estimator;
    every = every == null ? new Every(OptionalInt.of(1), OptionalLong.empty()) : every;
  }

  /**
   * How often weights are published: one of the two.
   *
   * @param epochs between two snapshots
   * @param steps between two snapshots
   */
  @Schema(name = "Every")
  public record Every(
      @Min(value = 1, message = "must be at least {value}")
          @Max(value = RunOrder.MAX_EPOCHS, message = "must be at most {value}")
          OptionalInt epochs,
      @Min(value = 1, message = "must be at least {value}")
          @Max(value = Integer.MAX_VALUE, message = "must be at most {value}")
          OptionalLong steps) {

    /** Whether it is one of the two. */
    @AssertTrue(message = "must be {\"epochs\": n} or {\"steps\": n}")
    @Schema(hidden = true)
    boolean isOne() {
      return epochs.isPresent() != steps.isPresent();
    }

    SnapshotInterval interval() {
      return steps.isPresent()
          ? new SnapshotInterval.Steps(steps.getAsLong())
          : new SnapshotInterval.Epochs(epochs.getAsInt());
    }
  }
}
