package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.estimator.EstimatorReader;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is being trained; the newest one of a run stands on {@code isotherm.runs}.
 *
 * @param run names the run
 * @param incarnation larger at each start or resume of the run; messages of an older one are
 *     dropped
 * @param title one line for the reader: which network on which data; empty if it is missing
 * @param layers the weight layers in the order of the network
 * @param schedule the base learning rate; the trainer's own if it is missing
 * @param policy how alphas become factors; {@link PolicySpec#DEFAULT} if it is missing
 * @param estimator how alpha is measured; {@link EstimatorSpec#DEFAULT} if it is missing
 * @param totalSteps planned length of the run
 * @param phase whether the run goes on
 * @param shadows further policies by name, at most {@value #MAX_SHADOWS}: their decisions are
 *     computed and shown, and never applied
 */
public record RunDescription(
    String run,
    long incarnation,
    @JsonSetter(nulls = Nulls.AS_EMPTY) String title,
    List<LayerDescription> layers,
    @JsonProperty(defaultValue = "{\"name\":\"external\"}") BaseSchedule schedule,
    @JsonDeserialize(using = PolicyReader.InMessages.class) @JsonProperty(defaultValue = "linear")
        PolicySpec policy,
    @JsonDeserialize(using = EstimatorReader.InMessages.class)
        @JsonProperty(defaultValue = "tempbalance")
        EstimatorSpec estimator,
    long totalSteps,
    RunPhase phase,
    @JsonDeserialize(contentUsing = PolicyReader.InMessages.class)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonProperty(defaultValue = "{}")
        SortedMap<String, PolicySpec> shadows) {

  /**
   * Largest number of layers in one run: a description, and a decision with as many norm layers,
   * then stays below one megabyte with names of ordinary length.
   */
  public static final int MAX_LAYERS = 20_000;

  /** Each shadow costs a decision of its own at each step. */
  public static final int MAX_SHADOWS = 64;

  /**
   * Largest number of layers times maps of those shadows that remember their past; a hybrid has two
   * maps. What a scheduler keeps of a run then stays below one megabyte.
   */
  public static final int MAX_REMEMBERED = 16_000;

  /** Checks names, counts, and that no layer is named twice. */
  public RunDescription {
    Names.requireRun(run);
    Checks.requirePositive("incarnation of run '" + run + "'", incarnation);
    title = title == null ? "" : title;
    layers = Checks.requireElements("layers of run '" + run + "'", layers);
    if (layers.isEmpty() || layers.size() > MAX_LAYERS) {
      throw new IllegalArgumentException(
          "run '%s' must have 1 to %d layers, got: %d".formatted(run, MAX_LAYERS, layers.size()));
    }
    Set<String> names = new HashSet<>();
    for (LayerDescription layer : layers) {
      if (!names.add(layer.name())) {
        throw new IllegalArgumentException(
            "run '%s' names layer '%s' twice".formatted(run, layer.name()));
      }
    }
    for (LayerDescription layer : layers) {
      for (String norm : layer.normLayers()) {
        if (!names.add(norm)) {
          throw new IllegalArgumentException(
              "run '%s' names layer '%s' twice".formatted(run, norm));
        }
      }
    }
    schedule = schedule == null ? BaseSchedule.EXTERNAL : schedule;
    policy = policy == null ? PolicySpec.DEFAULT : policy;
    estimator = estimator == null ? EstimatorSpec.DEFAULT : estimator;
    Checks.requirePositive("totalSteps of run '" + run + "'", totalSteps);
    Checks.requirePresent("phase of run '" + run + "'", phase);
    shadows = shadows == null ? Collections.emptySortedMap() : checked(run, layers.size(), shadows);
  }

  /** Without shadows. */
  public RunDescription(
      String run,
      long incarnation,
      String title,
      List<LayerDescription> layers,
      BaseSchedule schedule,
      PolicySpec policy,
      EstimatorSpec estimator,
      long totalSteps,
      RunPhase phase) {
    this(
        run,
        incarnation,
        title,
        layers,
        schedule,
        policy,
        estimator,
        totalSteps,
        phase,
        Collections.emptySortedMap());
  }

  private static SortedMap<String, PolicySpec> checked(
      String run, int layers, SortedMap<String, PolicySpec> shadows) {
    if (shadows.size() > MAX_SHADOWS) {
      throw new IllegalArgumentException(
          "run '%s' must have at most %d shadows, got: %d"
              .formatted(run, MAX_SHADOWS, shadows.size()));
    }
    Checks.requireEntries("shadows of run '" + run + "'", shadows)
        .keySet()
        .forEach(Names::requireShadow);
    long remembered =
        shadows.values().stream()
            .filter(PolicySpec::remembers)
            .mapToLong(shadow -> layers * (shadow.onWeightDecay().isPresent() ? 2L : 1L))
            .sum();
    if (remembered > MAX_REMEMBERED) {
      throw new IllegalArgumentException(
          "run '%s' must have at most %d layers times maps of shadows with smoothing, window or"
                  .formatted(run, MAX_REMEMBERED)
              + " every, got: "
              + remembered);
    }
    return Collections.unmodifiableSortedMap(new TreeMap<>(shadows));
  }

  /** The weight layer of that name, if there is one. */
  public Optional<LayerDescription> find(String name) {
    return layers.stream().filter(layer -> layer.name().equals(name)).findFirst();
  }

  /**
   * The weight layer of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public LayerDescription layer(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "run '%s' has no layer %s".formatted(run, OneLine.quoted(name))));
  }

  /** The same description in another phase. */
  public RunDescription in(RunPhase newPhase) {
    return new RunDescription(
        run,
        incarnation,
        title,
        layers,
        schedule,
        policy,
        estimator,
        totalSteps,
        newPhase,
        shadows);
  }
}
