package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.isotherm.contracts.control.Signature;
import io.isotherm.rest.StrictText;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of a request that says no more than who wants it.
 *
 * @param by who that is; the caller's address if it is left out
 */
@Schema(name = "Signed")
public record SignedRequest(
    @Schema(description = "Who wants it; the caller's address if it is left out")
        @JsonDeserialize(contentUsing = StrictText.class)
        Optional<
                @Size(max = Signature.MAX_LENGTH, message = "must have at most {max} characters")
                @Pattern(regexp = ONE_LINE, message = "must be one line of text") String>
            by) {

  /** Text without control characters that is not blank. */
  static final String ONE_LINE = "[^\\p{Cntrl}]*[^\\p{Cntrl}\\s][^\\p{Cntrl}]*";
}
