package io.isotherm.gpucheck.work;

import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightKind;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.safetensors.DType;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The layers of a network, as jobs. Layers of one shape share their bytes: a network of 13 GB fits
 * a machine that holds one of its layers of each shape.
 */
public final class LayerSet {

  private final List<LayerShape> shapes;
  private final WeightKind kind;
  private final DType dtype;
  private final Map<LayerShape, Job> jobs = new LinkedHashMap<>();

  private LayerSet(List<LayerShape> shapes, WeightKind kind, DType dtype) {
    this.shapes = List.copyOf(shapes);
    this.kind = kind;
    this.dtype = dtype;
    for (LayerShape shape : shapes) {
      jobs.computeIfAbsent(shape, each -> Job.alpha(Layers.of(each, kind, dtype, jobs.size())));
    }
  }

  /** Makes the weights. */
  public static LayerSet of(Workload workload, DType dtype) {
    return new LayerSet(workload.layers(), workload.weights(), dtype);
  }

  /**
   * A part of the set.
   *
   * @param jobs of its layers
   * @param scale what its time is multiplied with to have the whole set's
   */
  public record Sample(List<Job> jobs, double scale) {}

  /** How many layers there are. */
  public int size() {
    return shapes.size();
  }

  /** All shapes, in the network's order. */
  public List<LayerShape> shapes() {
    return shapes;
  }

  /** Each shape once. */
  public List<LayerShape> distinct() {
    return List.copyOf(jobs.keySet());
  }

  /** How many layers have a shape. */
  public int count(LayerShape shape) {
    return Collections.frequency(shapes, shape);
  }

  /** Order of the largest matrices. */
  public int largestOrder() {
    return distinct().stream().mapToInt(LayerShape::order).max().orElseThrow();
  }

  /** What the weights are like. */
  public WeightKind kind() {
    return kind;
  }

  /** The type of the weights. */
  public DType dtype() {
    return dtype;
  }

  /** {@link LayerShape#floorFlops()} of all layers. */
  public double flops() {
    return flops(shapes);
  }

  /** A job for each layer, in the network's order. */
  public List<Job> all() {
    return jobs(shapes);
  }

  /** A job for each shape. */
  public List<Job> oneOfEach() {
    return List.copyOf(jobs.values());
  }

  /** {@link LayerShape#floorFlops()} of {@link #oneOfEach()}. */
  public double flopsOfOneOfEach() {
    return flops(distinct());
  }

  /** The first of every so many layers of each shape, scaled by the operations of all. */
  public Sample sample(int every) {
    Map<LayerShape, Integer> seen = new HashMap<>();
    List<LayerShape> chosen =
        shapes.stream()
            .filter(shape -> (seen.merge(shape, 1, Integer::sum) - 1) % every == 0)
            .toList();
    return new Sample(jobs(chosen), flops() / flops(chosen));
  }

  private List<Job> jobs(List<LayerShape> some) {
    return some.stream().map(jobs::get).toList();
  }

  private static double flops(List<LayerShape> some) {
    return some.stream().mapToDouble(LayerShape::floorFlops).sum();
  }
}
