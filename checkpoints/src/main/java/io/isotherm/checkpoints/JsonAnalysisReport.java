package io.isotherm.checkpoints;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Verdict;
import io.isotherm.methods.json.Json;
import io.isotherm.solvers.CpuKernels;
import io.isotherm.solvers.SolverKind;
import io.isotherm.terminal.Terminal;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One JSON object per layer and line, and a last one with the summary; what a layer does not have
 * is null.
 */
final class JsonAnalysisReport implements AnalysisReport {

  /** ASCII, so that the output means the same in every locale. */
  private static final ObjectWriter WRITER =
      Json.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private static final double NANOS_PER_MILLI = 1e6;

  private final Terminal out;
  private final EstimatorSpec estimator;
  private final String estimatorName;
  private final SolverKind solver;
  private final LayerSelection selection;
  private final Map<String, Integer> depths;
  private final boolean isVerbose;

  JsonAnalysisReport(Terminal out, AnalysisSettings settings, LayerSelection selection) {
    this.out = out;
    this.estimator = settings.estimator();
    this.estimatorName = settings.estimatorName();
    this.solver = settings.solver();
    this.selection = selection;
    this.depths = selection.order().depths();
    this.isVerbose = settings.isVerbose();
  }

  @Override
  public boolean show(LayerResult result) {
    print(json(result));
    return !out.isClosed();
  }

  private void print(ObjectNode json) {
    try {
      out.print(WRITER.writeValueAsString(json));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void end(Tally tally) {
    print(SummaryJson.of(tally, Coverage.of(selection, tally), isVerbose));
  }

  /** The fields of a layer. */
  ObjectNode json(LayerResult result) {
    Optional<Outcome.Analysed> numbers = result.numbers();
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("layer", result.name());
    result.layer().stack().ifPresent(stack -> json.put("stack", stack));
    result.shape().forEach(json.putArray("shape")::add);
    result.layer().axes().layout().ifPresent(axes -> json.put("axes", axes));
    if (result.layer().axes().isGuess()) {
      json.put("axesGuessed", true);
    }
    result.formed().ifPresent(how -> json.put("formed", how));
    json.put("depth", depths.get(result.layer().tensor()));
    json.put("order", selection.order().basis());
    json.put("status", result.status());
    json.put("reason", result.reason().orElse(null));
    putNumber(json, "alpha", numbers.map(Outcome.Analysed::alpha));
    Optional<Chance> chance = numbers.flatMap(Outcome.Analysed::chance);
    putNumber(json, "alphaNull", chance.map(Chance::alphaNull));
    putNumber(json, "alphaNullSpread", chance.map(Chance::spread));
    json.put("alphaNullBasis", chance.map(some -> some.basis().label()).orElse(null));
    putNumber(json, "alphaExcess", chance.map(Chance::alphaExcess));
    putNumber(json, "alphaZ", chance.map(Chance::alphaZ));
    json.put("verdict", result.verdict(estimator).map(Verdict::label).orElse(null));
    putNumber(json, "ks", numbers.map(Outcome.Analysed::ksDistance));
    putNumber(json, "xmin", numbers.flatMap(some -> boxed(some.xmin())));
    json.put("xminIndex", numbers.flatMap(some -> boxed(some.xminIndex())).orElse(null));
    json.put("eigenvalues", numbers.map(Outcome.Analysed::eigenvalueCount).orElse(null));
    if (result.hasFewEigenvalues()) {
      json.put("tooFewEigenvalues", true);
    }
    putNumber(json, "spectralNorm", numbers.map(Outcome.Analysed::spectralNorm));
    putNumber(json, "norm", numbers.map(Outcome.Analysed::frobeniusNorm));
    putNumber(json, "alphaHat", numbers.map(Outcome.Analysed::alphaHat));
    putNumber(json, "stableRank", numbers.map(Outcome.Analysed::stableRank));
    json.put("estimator", estimatorName);
    json.put("solver", numbers.map(Outcome.Analysed::solver).orElse(null));
    json.put("precision", numbers.map(Outcome.Analysed::precision).orElse(null));
    putKernels(json);
    json.put("cpuMillis", result.cpuNanos() / NANOS_PER_MILLI);
    result.rate().ifPresent(rate -> putRate(json, rate));
    return json;
  }

  /** What computes is the same for all layers, and null where it is not the CPU's fast solver. */
  private void putKernels(ObjectNode json) {
    Optional<CpuKernels> kernels =
        solver == SolverKind.LAPACK ? CpuKernels.known() : Optional.empty();
    if (kernels.isEmpty()) {
      json.putNull("kernels");
      return;
    }
    json.putObject("kernels")
        .put("processor", kernels.get().processor())
        .put("openBlas", kernels.get().openBlas())
        .put("coreType", kernels.get().coreType())
        .put("vectorBits", kernels.get().vectorBits())
        .put("gigaflops", Math.round(kernels.get().gigaflops()));
  }

  private void putRate(ObjectNode json, LayerResult.Rate rate) {
    json.put("factor", rate.factor());
    json.put("learningRate", rate.learningRate());
    rate.weightDecayFactor().ifPresent(factor -> json.put("weightDecayFactor", factor));
    json.put("firstLayer", selection.order().first().orElse(null));
    json.put("lastLayer", selection.order().last().orElse(null));
    selection.order().tiedHead().ifPresent(head -> json.put("tiedHead", head));
  }

  private static Optional<Double> boxed(OptionalDouble number) {
    return number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
  }

  private static Optional<Long> boxed(OptionalLong number) {
    return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
  }

  /** JSON has no infinities and no NaN. */
  static void putNumber(ObjectNode json, String field, Optional<Double> number) {
    if (number.isPresent() && !Double.isFinite(number.get())) {
      double value = number.get();
      json.put(field, Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");
    } else {
      json.put(field, number.orElse(null));
    }
  }
}
