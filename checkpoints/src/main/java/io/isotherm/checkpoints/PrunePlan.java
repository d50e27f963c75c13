package io.isotherm.checkpoints;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.json.Json;
import io.isotherm.spectra.pruning.PrunableLayer;
import io.isotherm.spectra.pruning.SparsityAllocation;
import io.isotherm.spectra.pruning.SparsityAllocation.Allocation;
import io.isotherm.terminal.Terminal;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of each layer of a checkpoint a pruning code shall prune, from the layers' alphas: the
 * layers of blocks, as {@link SparsityAllocation} says; all others keep their weights.
 */
public final class PrunePlan {

  /**
   * The same block as that of {@link CheckpointLayer#block}, with what stands before its number.
   */
  private static final Pattern BLOCK = Pattern.compile("(.*?\\.\\d{1,9})\\..*");

  /** ASCII, so that the output means the same in every locale. */
  private static final ObjectWriter WRITER =
      Json.MAPPER.writerWithDefaultPrettyPrinter().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private final CheckpointAnalysis analysis;
  private final SparsityAllocation wanted;
  private final Map<String, PrunableLayer> layers = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();
  private final Optional<Allocation> allocation;

  private PrunePlan(
      CheckpointAnalysis analysis, SparsityAllocation wanted, List<LayerResult> results) {
    this.analysis = analysis;
    this.wanted = wanted;
    List<LayerResult> inDepth = analysis.order().sorted(results, result -> result.layer().tensor());
    Set<String> measured = new LinkedHashSet<>();
    for (LayerResult result : inDepth) {
      if (alpha(result).isPresent()) {
        block(result).ifPresent(measured::add);
      }
    }
    inDepth.forEach(result -> add(result, measured));
    this.allocation =
        layers.isEmpty() ? Optional.empty() : Optional.of(wanted.of(List.copyOf(layers.values())));
  }

  /**
   * Measures the layers, with a progress bar if a person sees it, and plans.
   *
   * @throws io.isotherm.terminal.UserError if the solver does not work on this machine
   */
  public static PrunePlan of(
      CheckpointAnalysis analysis, SparsityAllocation wanted, Terminal terminal)
      throws InterruptedException {
    return new PrunePlan(analysis, wanted, analysis.measure(terminal));
  }

  private void add(LayerResult result, Set<String> measured) {
    String name = CheckpointLayer.name(result.name());
    Optional<String> block = block(result);
    if (block.isEmpty()) {
      leftOut.put(name, "no block: its name has no whole number between two dots");
    } else if (!measured.contains(block.get())) {
      leftOut.put(name, "no layer of block %s has an alpha".formatted(block.get()));
    } else {
      layers.put(name, new PrunableLayer(block.get(), weights(result), alpha(result)));
    }
  }

  private static double weights(LayerResult result) {
    return result.shape().stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
  }

  private static Optional<String> block(LayerResult result) {
    Matcher matcher = BLOCK.matcher(result.name());
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static OptionalDouble alpha(LayerResult result) {
    return result.hasFewEigenvalues()
        ? OptionalDouble.empty()
        : result.numbers().stream().mapToDouble(Outcome.Analysed::alpha).findFirst();
  }

  /** What of the plan is not as it was wanted: one line each. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (allocation.isEmpty()) {
      warnings.add("no layer is in a block and has an alpha: nothing is planned");
      return warnings;
    }
    int cut = allocation.get().cut();
    if (cut > 0) {
      warnings.add(
          ("%d of %d layers would lose more weights than they have: a sparsity of %s is reached, not"
                  + " %s; take a smaller --spread")
              .formatted(
                  cut,
                  layers.size(),
                  String.format(Locale.ROOT, "%.4f", allocation.get().sparsity()),
                  wanted.sparsity()));
    }
    if (analysis.order().guesses() > 0) {
      warnings.add(
          "the order of the layers is not known: take the plan's sparsities by name, not by place");
    }
    return warnings;
  }

  /**
   * Prints the plan as one JSON object.
   *
   * @return the exit status
   */
  public int print(Terminal terminal) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("sparsity", wanted.sparsity());
    json.put("spread", wanted.spread());
    json.put("reached", allocation.map(Allocation::sparsity).orElse(null));
    json.put("estimator", analysis.estimatorName());
    json.put("order", analysis.order().basis());
    putPlan(json);
    ObjectNode others = json.putObject("leftOut");
    leftOut.forEach(others::put);
    try {
      WRITER.writeValueAsString(json).lines().forEach(terminal::print);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    return analysis.status(allocation.isPresent());
  }

  /** By name, and by place for codes that count layers in the order of their modules. */
  private void putPlan(ObjectNode json) {
    ObjectNode blocks = json.putObject("blocks");
    ObjectNode byName = json.putObject("layers");
    List<Double> sparsities = allocation.map(Allocation::sparsities).orElse(List.of());
    int place = 0;
    for (Map.Entry<String, PrunableLayer> layer : layers.entrySet()) {
      double sparsity = sparsities.get(place++);
      blocks.put(layer.getValue().block(), sparsity);
      byName.put(layer.getKey(), sparsity);
    }
    sparsities.forEach(json.putArray("ratios")::add);
  }
}
