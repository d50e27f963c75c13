package io.isotherm.benchmarks.workload;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Layers that are computed and timed together.
 *
 * @param name as the user wrote it
 * @param layers at least one
 * @param weights what they hold
 * @param units what a time is divided by before it is shown: the number of layers where they stand
 *     for one, otherwise 1
 */
public record Workload(String name, List<LayerShape> layers, WeightKind weights, int units) {

  /** Enough work in a lap that its time can be taken. */
  private static final double MIN_LAP_FLOPS = 1e9;

  /** So many small ones are enough, whatever they add up to. */
  private static final int MAX_BATCH = 256;

  private static final Pattern TEXT =
      Pattern.compile("(?:(?<count>[1-9]\\d{0,5})\\*)?(?<what>[^*/]+)(?:/(?<weights>[^*/]+))?");

  /** Checks that there are layers. */
  public Workload {
    layers = List.copyOf(layers);
    if (layers.isEmpty() || units < 1) {
      throw new IllegalArgumentException(
          "workload '%s' must have layers and units, got: %d and %d"
              .formatted(name, layers.size(), units));
    }
  }

  /**
   * Reads {@code [COUNT*]WHAT[/WEIGHTS]}, where WHAT is a layer set's name or a shape. A shape
   * without a count stands for one layer, timed in a batch that keeps all workers busy; everything
   * else is timed as it is written.
   *
   * @param workers how many layers are computed at once
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static Workload parse(String text, int workers) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a workload must look like 512x512x3x3, 200*64x64, resnet-18 or 512x512/decaying, got: '"
              + text
              + "'");
    }
    String what = matcher.group("what");
    WeightKind weights =
        Optional.ofNullable(matcher.group("weights"))
            .map(WeightKind::parse)
            .orElse(WeightKind.TRAINED);
    Optional<Integer> count = Optional.ofNullable(matcher.group("count")).map(Integer::valueOf);
    Map<String, List<LayerShape>> sets = LayerSets.read();
    if (sets.containsKey(what)) {
      List<LayerShape> layers =
          Collections.nCopies(count.orElse(1), sets.get(what)).stream()
              .flatMap(List::stream)
              .toList();
      return new Workload(text, layers, weights, 1);
    }
    if (!Character.isDigit(what.charAt(0))) {
      throw new IllegalArgumentException(
          "layer set must be one of %s, got: '%s'"
              .formatted(String.join(", ", sets.keySet()), what));
    }
    LayerShape shape = LayerShape.parse(what);
    int batch = count.orElseGet(() -> batch(shape, workers));
    return new Workload(
        text, Collections.nCopies(batch, shape), weights, count.isPresent() ? 1 : batch);
  }

  /** Some of every size, for all workers, so that a compiler sees all that there is to compile. */
  public static Workload warmUp(int workers) {
    List<LayerShape> mixed =
        Stream.of("16x16", "64x64", "128x128", "96x64x3x3", "512x256", "1024x1024")
            .flatMap(text -> parse(workers + "*" + text, workers).layers().stream())
            .toList();
    return new Workload("warm-up", mixed, WeightKind.TRAINED, 1);
  }

  /** Least multiple of the workers that is worth timing, so that none of them waits at the end. */
  private static int batch(LayerShape shape, int workers) {
    double wanted = Math.min(MAX_BATCH, MIN_LAP_FLOPS / shape.floorFlops());
    return workers * (int) Math.ceil(wanted / workers);
  }

  /** {@link LayerShape#floorFlops()} of all layers. */
  public double floorFlops() {
    return layers.stream().mapToDouble(LayerShape::floorFlops).sum();
  }

  /** Weights of all layers. */
  public long totalWeights() {
    return layers.stream().mapToLong(LayerShape::weights).sum();
  }
}
