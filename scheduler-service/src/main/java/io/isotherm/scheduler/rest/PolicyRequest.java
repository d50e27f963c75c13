package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.isotherm.contracts.control.Signature;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.rest.StrictText;
import io.isotherm.rest.WrittenSpec;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of a request for another policy.
 *
 * @param by who wants it; the caller's address if it is left out
 * @param policy with its published parameters where the request has none
 */
@Schema(name = "PolicyOrder")
public record PolicyRequest(
    @Schema(description = "Who wants it; the caller's address if it is left out")
        @JsonDeserialize(contentUsing = StrictText.class)
        Optional<
                @Size(max = Signature.MAX_LENGTH, message = "must have at most {max} characters")
                @Pattern(regexp = SignedRequest.ONE_LINE, message = "must be one line of text")
                String>
            by,
    @Schema(
            required = true,
            description = "A name, and the parameters that shall differ from the published ones")
        @JsonDeserialize(using = WrittenSpec.OfPolicy.class)
        PolicySpec policy) {}
