package io.isotherm.gpucheck;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.gpucheck.torch.Torch;
import io.isotherm.gpucheck.torch.TorchException;
import io.isotherm.gpucheck.work.Job;
import io.isotherm.gpucheck.work.Laps;
import io.isotherm.gpucheck.work.Layers;
import io.isotherm.gpucheck.work.Shape;
import io.isotherm.gpucheck.work.Workers;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Single matrices and batches: the GPU with several workers, the CPU engine, torch on the GPU. */
final class SpeedPart {

  private static final List<Integer> WORKERS = List.of(1, 2, 4, 8);

  /** As the table shows them. */
  private static final Comparator<Shape> BY_SIZE =
      Comparator.comparing(Shape::count).thenComparing(Shape::rows);

  /** The most telling first. */
  private static final List<Shape> SHAPES =
      List.of(
          Shape.square(512),
          Shape.square(1024),
          Shape.square(2048),
          Shape.square(4096),
          new Shape(64, 512, 512),
          new Shape(9, 512, 512),
          new Shape(200, 64, 64),
          Shape.square(8192),
          Shape.square(64),
          Shape.square(128),
          Shape.square(256));

  /** For each number that is measured. */
  private static final double SECONDS = 0.15;

  /** What a single measurement on the CPU or by torch may be expected to take. */
  private static final double PATIENCE = 6;

  private final Results results;
  private final Budget budget;
  private final Engines engines;

  SpeedPart(Results results, Budget budget, Engines engines) {
    this.results = results;
    this.budget = budget;
    this.engines = engines;
  }

  void run() {
    List<String> titles = new ArrayList<>(List.of("matrices", "weights"));
    WORKERS.forEach(workers -> titles.add("GPU, " + workers));
    titles.addAll(List.of("CPU, 1", "CPU, " + engines.cpu().count(), "torch, GPU"));
    titles.addAll(List.of("GPU beside CPU", "GPU beside torch"));
    MarkdownTable table = new MarkdownTable(titles);
    List<String> noTime = new ArrayList<>();
    for (DType dtype : List.of(DType.F32, DType.BF16)) {
      SortedMap<Shape, List<String>> rows = new TreeMap<>(BY_SIZE);
      for (Shape shape : SHAPES) {
        if (budget.fits(0)) {
          rows.put(shape, row(shape, dtype));
        } else {
          noTime.add(shape + " in " + dtype);
        }
      }
      rows.values().forEach(table::add);
    }
    results.noTime("speed", noTime);
    results.table(
        "Milliseconds for all matrices of a row, from bytes in host memory to eigenvalues in single"
            + " precision; with several workers, for one of several at once. torch: linalg.svdvals"
            + " with the weights on the GPU",
        table);
  }

  private List<String> row(Shape shape, DType dtype) {
    SafeTensor tensor = Layers.trained(shape.stacked(), dtype, 1);
    Job job = Job.eigenvalues(tensor, shape, Precision.FP32);
    ObjectNode json = results.addRow(Part.SPEED);
    json.put("matrices", shape.toString()).put("weights", dtype.name());
    OptionalDouble best = OptionalDouble.empty();
    List<String> cells = new ArrayList<>(List.of(shape.toString(), dtype.name()));
    for (int workers : WORKERS) {
      OptionalDouble seconds = onGpu(job, workers, shape);
      best = least(best, seconds);
      cells.add(noted(json, "gpu" + workers, seconds));
    }
    OptionalDouble one = onCpu(job, 1, shape);
    OptionalDouble all = onCpu(job, engines.cpu().count(), shape);
    OptionalDouble torch = byTorch(shape, dtype);
    cells.add(noted(json, "cpu1", one));
    cells.add(noted(json, "cpuAll", all));
    cells.add(noted(json, "torch", torch));
    cells.add(Times.times(least(one, all), best));
    cells.add(Times.times(torch, best));
    results.progress("speed: %s", String.join("  ", cells));
    return cells;
  }

  private static String noted(ObjectNode json, String name, OptionalDouble seconds) {
    seconds.ifPresent(value -> json.put(name + "Seconds", value));
    return Times.millis(seconds);
  }

  private static OptionalDouble least(OptionalDouble some, OptionalDouble other) {
    return Stream.of(some, other)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .min();
  }

  private OptionalDouble onGpu(Job job, int workers, Shape shape) {
    if (!budget.fits(2 * workers * estimate(Engines.gpu(workers), shape))) {
      return OptionalDouble.empty();
    }
    try {
      return measured(
          Engines.gpu(workers), shape, Laps.perJob(engines.gpu(), job, workers, SECONDS));
    } catch (SolverException e) {
      results.fail("%s on the GPU with %d workers: %s", shape, workers, e.getMessage());
      return OptionalDouble.empty();
    }
  }

  private OptionalDouble onCpu(Job job, int workers, Shape shape) {
    double expected = workers * estimate(Engines.cpu(workers), shape);
    if (expected > PATIENCE || !budget.fits(expected)) {
      return OptionalDouble.empty();
    }
    Workers cpu = engines.cpu();
    return measured(Engines.cpu(workers), shape, Laps.perJob(cpu, job, workers, SECONDS));
  }

  private OptionalDouble byTorch(Shape shape, DType dtype) {
    double expected = 2 * estimate(Engines.TORCH, shape);
    if (engines.torch().isEmpty() || expected > PATIENCE || !budget.fits(expected)) {
      return OptionalDouble.empty();
    }
    Torch torch = engines.torch().get();
    try {
      double patience = Math.max(1, Math.min(4 * PATIENCE, budget.left()));
      return measured(Engines.TORCH, shape, torch.matrices(shape, dtype, SECONDS, patience));
    } catch (TorchException e) {
      results.leaveOut("torch on %s in %s: %s", shape, dtype, e.getMessage());
      return OptionalDouble.empty();
    }
  }

  private OptionalDouble measured(String engine, Shape shape, double seconds) {
    return OptionalDouble.of(
        engines.rates().measured(engine, shape.order(), shape.flops(), seconds));
  }

  private double estimate(String engine, Shape shape) {
    return engines.rates().estimate(engine, shape.order(), shape.flops());
  }
}
