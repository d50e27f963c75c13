package io.isotherm.gpucheck;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.gpucheck.work.Job;
import io.isotherm.gpucheck.work.Laps;
import io.isotherm.gpucheck.work.Layers;
import io.isotherm.gpucheck.work.Shape;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Orders, sizes of batches and numbers of workers, for who sets the solver's thresholds. */
final class SweepPart {

  private static final List<Integer> ORDERS = List.of(256, 512, 1024, 2048);
  private static final List<Integer> COUNTS = List.of(1, 2, 4, 8, 16, 32);
  private static final int MOST_WORKERS = 8;
  private static final double SECONDS = 0.3;

  private final Results results;
  private final Budget budget;
  private final Engines engines;

  SweepPart(Results results, Budget budget, Engines engines) {
    this.results = results;
    this.budget = budget;
    this.engines = engines;
  }

  void run() {
    List<String> titles = new ArrayList<>(List.of("matrices", "precision"));
    IntStream.rangeClosed(1, MOST_WORKERS).forEach(workers -> titles.add(workers + " w."));
    MarkdownTable table = new MarkdownTable(titles);
    List<String> noTime = new ArrayList<>();
    for (int order : ORDERS) {
      for (int count : COUNTS) {
        if (!budget.fits(0)) {
          noTime.add(count + "x" + order);
          continue;
        }
        table.add(row(new Shape(count, order, order), Precision.FP32));
      }
      if (budget.fits(0)) {
        table.add(row(Shape.square(order), Precision.FP64));
      }
    }
    results.noTime("sweep", noTime);
    results.table("Sweep: milliseconds per matrix, by the number of workers", table);
  }

  private List<String> row(Shape shape, Precision precision) {
    SafeTensor tensor = Layers.trained(shape.stacked(), DType.F32, 1);
    Job job = Job.eigenvalues(tensor, shape, precision);
    ObjectNode json = results.addRow(Part.SWEEP);
    json.put("matrices", shape.toString()).put("precision", precision.label());
    List<String> cells = new ArrayList<>(List.of(shape.toString(), precision.label()));
    for (int workers = 1; workers <= MOST_WORKERS; workers++) {
      try {
        double seconds = Laps.perJob(engines.gpu(), job, workers, SECONDS) / shape.count();
        json.put("workers" + workers + "Seconds", seconds);
        cells.add(Times.millis(OptionalDouble.of(seconds)));
      } catch (SolverException e) {
        results.fail("sweep of %s with %d workers: %s", shape, workers, e.getMessage());
        cells.add("-");
      }
    }
    results.progress("sweep: %s", String.join("  ", cells));
    return cells;
  }
}
