package io.isotherm.spectra;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.NormRule;
import io.isotherm.contracts.run.NormRule.ModuleKind;
import io.isotherm.contracts.run.NormRule.NetworkModule;
import io.isotherm.golden.Golden;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.LayerReading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One of the published learning-rate schedules of a whole network, and what it starts from. */
final class GoldenSchedule {

  /** Epochs of every published schedule. */
  private static final int EPOCHS = 200;

  private final JsonNode set;
  private final JsonNode schedule;
  private final JsonNode config;
  private final String where;

  private GoldenSchedule(String name, JsonNode set, JsonNode schedule) {
    this.set = set;
    this.schedule = schedule;
    this.config = schedule.get("config");
    this.where = "%s %s %s".formatted(name, schedule.get("impl").asText(), config);
  }

  /** The learning rates of all optimizer groups after an epoch, that of the rest last. */
  record Rates(int epoch, double base, JsonNode groups) {}

  /** The schedules of a network. */
  static List<GoldenSchedule> of(String name) {
    JsonNode set = Golden.json("layerset_" + name + ".json");
    List<GoldenSchedule> schedules = new ArrayList<>();
    set.get("schedules")
        .forEach(schedule -> schedules.add(new GoldenSchedule(name, set, schedule)));
    return schedules;
  }

  /** For messages. */
  @Override
  public String toString() {
    return where;
  }

  /** Whether the published code raises. */
  boolean isCrash() {
    return schedule.has("error");
  }

  /** Whether it is made from the alphas of {@code EstimatorSpec.DEFAULT}. */
  boolean isFromDefaultAlphas() {
    return !isFarms()
        && !config.has("xmin_pos")
        && !config.has("pl_fitting")
        && metric().equals("alpha");
  }

  PolicySpec.Single policy(Compatibility compatibility) {
    double min = config.path("lr_min_ratio").asDouble(0.5);
    double max = config.path("lr_max_ratio").asDouble(1.5);
    LayerSelection selection =
        new LayerSelection(
            config.path("remove_first_layer").asBoolean(true),
            config.path("remove_last_layer").asBoolean(true),
            config.path("eigs_thresh").asInt(isFarms() ? 5 : 50));
    return switch (config.path("assign_func").asText("tb_linear_map")) {
      case "tb_linear_map" -> new PolicySpec.Linear(min, max, selection, compatibility);
      case "tb_sqrt" -> new PolicySpec.Sqrt(selection, compatibility);
      case "tb_log2" -> new PolicySpec.Log2(selection, compatibility);
      case "tb_step" ->
          new PolicySpec.Step(min, max, selection, compatibility, Optional.empty(), false);
      default -> throw new IllegalArgumentException(where);
    };
  }

  /** The weight layers, each with the norm layer that has its rate. */
  List<LayerDescription> layers() {
    NormRule rule =
        isLayerNormTuned() || config.path("batchnorm_type").asText().equals("order")
            ? NormRule.BY_ORDER
            : NormRule.BY_NAME;
    Map<String, String> normLayers = rule.normLayers(modules());
    List<LayerDescription> layers = new ArrayList<>();
    for (JsonNode layer : set.get("layers")) {
      String name = layer.get("name").asText();
      List<Long> shape = new ArrayList<>();
      layer.get("shape").forEach(size -> shape.add(size.longValue()));
      layers.add(
          new LayerDescription(
              name,
              shape.size() == 2 ? LayerKind.DENSE : LayerKind.CONVOLUTION,
              shape,
              Optional.ofNullable(normLayers.get(name)),
              OptionalInt.empty()));
    }
    return layers;
  }

  /** Those that the configuration tunes, or may tune. */
  private List<NetworkModule> modules() {
    List<NetworkModule> modules = new ArrayList<>();
    for (Map.Entry<String, JsonNode> module : set.get("modules").properties()) {
      ModuleKind kind =
          switch (module.getValue().asText()) {
            case "conv2d" -> ModuleKind.CONVOLUTION;
            case "linear" -> ModuleKind.DENSE;
            case "batchnorm2d" -> ModuleKind.BATCH_NORM;
            case "layernorm" -> ModuleKind.LAYER_NORM;
            default -> ModuleKind.OTHER;
          };
      boolean ignored =
          (kind == ModuleKind.BATCH_NORM && !config.path("batchnorm").asBoolean(true))
              || (kind == ModuleKind.LAYER_NORM && !isLayerNormTuned());
      modules.add(new NetworkModule(module.getKey(), ignored ? ModuleKind.OTHER : kind));
    }
    return modules;
  }

  /** The published values of the metric that the schedule is made from, and what they are of. */
  Map<String, LayerReading> readings() {
    JsonNode source = source();
    JsonNode names = source.has("longname") ? source.get("longname") : source.get("layers");
    Map<String, LayerReading> readings = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      readings.put(
          names.get(i).asText(),
          new LayerReading(
              0,
              Golden.number(source.get(metric()).get(i)),
              source.has("eigs_num")
                  ? OptionalLong.of(source.get("eigs_num").get(i).longValue())
                  : OptionalLong.empty()));
    }
    return readings;
  }

  private String metric() {
    return config.path("esd_metric_for_tb").asText("alpha");
  }

  private JsonNode source() {
    if (isFarms()) {
      for (JsonNode run : set.get("farms")) {
        if (run.get("config").equals(config)) {
          return run.get("metrics");
        }
      }
      throw new IllegalArgumentException(where);
    }
    if (config.has("xmin_pos")) {
      // Model Balancing's estimator is TempBalance's with this position.
      return set.get("mb_nlp");
    }
    return set.get("estimates").get(config.path("pl_fitting").asText("median/2"));
  }

  /** The modules of each tuned optimizer group. */
  List<String> tuned() {
    return names("tuned");
  }

  /** The modules of the group that stays at the base rate. */
  List<String> rest() {
    return names("rest");
  }

  private List<String> names(String field) {
    List<String> names = new ArrayList<>();
    JsonNode grouping = set.get("groupings").get(schedule.get("groups").intValue());
    grouping.get(field).forEach(name -> names.add(name.asText()));
    return names;
  }

  /** All optimizer groups after some epochs; those of epoch 0 are what training begins with. */
  List<Rates> rates() {
    List<Rates> rates = new ArrayList<>();
    for (JsonNode step : schedule.get("rates")) {
      rates.add(
          new Rates(
              step.get("after_epoch").intValue(), step.get("base").doubleValue(), step.get("lr")));
    }
    return rates;
  }

  /** The base rate with a step for each epoch. */
  BaseSchedule.Formula base() {
    return new BaseSchedule.Cosine(set.get("base_lr").doubleValue(), EPOCHS);
  }

  private boolean isFarms() {
    return schedule.get("impl").asText().equals("FARMS");
  }

  private boolean isLayerNormTuned() {
    return config.path("layernorm").asBoolean(false);
  }
}
