package io.isotherm.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.SafeTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One tensor, one estimator, and what the published code says.
 *
 * @param where for messages
 * @param weights float32
 * @param estimator the parameters of the published run
 * @param isExact whether the published numbers are meant to be matched
 * @param expected the numbers, if they are
 */
public record GoldenEntry(
    String where, SafeTensor weights, EstimatorSpec estimator, boolean isExact, JsonNode expected) {

  /** Files of single tensors; whole networks are {@link GoldenNetwork}. */
  public enum File {
    /** TempBalance. */
    ESTIMATORS("estimators.json"),
    /** FARMS for image classification. */
    FARMS("farms.json"),
    /** FARMS for language models. */
    FARMS_LLM("farms_llm.json"),
    /** Model Balancing. */
    MODELBALANCING("modelbalancing.json"),
    /** WeightWatcher. */
    WEIGHTWATCHER("weightwatcher.json"),
    /** Hill, by a computation of our own. */
    HILL("hill.json");

    private final String fileName;

    File(String fileName) {
      this.fileName = fileName;
    }

    /** The name in the resources. */
    public String fileName() {
      return fileName;
    }

    EstimatorSpec estimator(String mode) {
      return switch (this) {
        case ESTIMATORS -> tempBalance(mode);
        case FARMS -> farms(mode);
        case FARMS_LLM -> farmsLlm(mode);
        case MODELBALANCING -> modelBalancing(mode);
        case WEIGHTWATCHER -> new EstimatorSpec.WeightWatcher(1, mode.equals("clip_xmax"));
        case HILL ->
            new EstimatorSpec.Hill(
                1, mode.endsWith("+fz"), 0.5, Double.parseDouble(mode.replace("+fz", "")));
      };
    }
  }

  /** All entries of a file. */
  public static List<GoldenEntry> of(File file) {
    List<GoldenEntry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> tensor : Golden.json(file.fileName()).properties()) {
      SafeTensor weights = Golden.weights(tensor.getKey(), tensor.getValue().get("shape"));
      for (Map.Entry<String, JsonNode> mode : tensor.getValue().get("modes").properties()) {
        entries.add(
            new GoldenEntry(
                tensor.getKey() + " " + mode.getKey(),
                weights,
                file.estimator(mode.getKey()),
                mode.getValue().get("compare").asText().equals("exact"),
                mode.getValue().path("f64")));
      }
    }
    return entries;
  }

  /** {@code FIT[/POSITION][+fz][+conv_norm1]}. */
  static EstimatorSpec tempBalance(String mode) {
    String[] parts = mode.split("\\+");
    String[] fit = parts[0].split("/");
    List<String> flags = List.of(parts);
    return new EstimatorSpec.TempBalance(
        1,
        rule(fit[0]),
        fit.length > 1 ? Double.parseDouble(fit[1]) : 2,
        flags.contains("fz"),
        flags.contains("conv_norm1") ? 1.0 : 0.5);
  }

  /** {@code rowsN_QX_stepN[_opsN]|FIT} for dense layers, {@code QX|FIT} for convolutions. */
  private static EstimatorSpec farms(String mode) {
    String[] parts = mode.split("\\|");
    OptionalInt ops =
        parts[0].contains("ops")
            ? OptionalInt.of((int) number(parts[0], "ops"))
            : OptionalInt.empty();
    return new EstimatorSpec.Farms(
        1,
        rule(parts[1]),
        2,
        false,
        0.5,
        parts[0].contains("rows") ? (int) number(parts[0], "rows") : 100,
        number(parts[0], "Q"),
        parts[0].contains("step") ? (int) number(parts[0], "step") : 10,
        ops);
  }

  private static EstimatorSpec farmsLlm(String mode) {
    String[] parts = mode.split("\\|");
    return EstimatorSpec.FarmsLlm.of(
        rule(parts[1]),
        (int) number(parts[0], "rows"),
        number(parts[0], "Q"),
        (int) number(parts[0], "ops"));
  }

  private static EstimatorSpec modelBalancing(String mode) {
    return switch (mode) {
      case "nlp_xmin_mid_pos1.5" -> EstimatorSpec.ModelBalancing.nlp();
      case "nlp_xmin_mid_pos2_srmid2_fz" ->
          new EstimatorSpec.ModelBalancing(
              1,
              EstimatorSpec.ModelBalancing.Flavour.NLP,
              XminRule.MEDIAN,
              2,
              true,
              0.5,
              OptionalDouble.of(2));
      case "sciml_xmin_mid_fz" -> EstimatorSpec.ModelBalancing.sciml();
      default -> throw new IllegalArgumentException(mode);
    };
  }

  /** The number behind a name, in {@code rows16_Q0.5_step10}. */
  private static double number(String config, String name) {
    String rest = config.substring(config.indexOf(name) + name.length());
    return Double.parseDouble(rest.split("_")[0]);
  }

  private static XminRule rule(String name) {
    return switch (name) {
      case "median", "xmin_mid" -> XminRule.MEDIAN;
      case "goodness-of-fit" -> XminRule.GOODNESS_OF_FIT;
      case "fix-finger", "xmin_peak" -> XminRule.XMIN_PEAK;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
