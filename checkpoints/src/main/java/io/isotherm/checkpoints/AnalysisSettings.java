package io.isotherm.checkpoints;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.PrecisionMode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user asked for.
 *
 * @param estimator how alpha is measured
 * @param precision of the eigenvalues
 * @param solver computes the eigenvalues
 * @param resources how much of the machine it may take
 * @param choice what is analysed
 * @param plots folder for plots, if there shall be any
 * @param policy what to show the factors of, if anything
 * @param isVerbose whether each tensor that was left out is named
 */
public record AnalysisSettings(
    EstimatorSpec estimator,
    PrecisionMode precision,
    SolverKind solver,
    Resources resources,
    LayerChoice choice,
    Optional<Path> plots,
    Optional<PolicyPreview> policy,
    boolean isVerbose) {

  /** The estimator's name and version, such as {@code tempbalance/1}. */
  String estimatorName() {
    JsonNode json = Json.MAPPER.valueToTree(estimator);
    return json.path("name").asText() + "/" + estimator.version();
  }
}
