package io.isotherm.gpucheck;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.gpucheck.torch.Torch;
import io.isotherm.gpucheck.torch.TorchException;
import io.isotherm.gpucheck.work.Laps;
import io.isotherm.gpucheck.work.LayerSet;
import io.isotherm.gpucheck.work.Workers;
import io.isotherm.safetensors.DType;
import io.isotherm.spectra.SolverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The layers of whole networks, from bytes to alphas. */
final class SetsPart {

  /** A network and the type that its weights travel in. */
  private record Network(String set, DType dtype) {}

  private static final List<Network> NETWORKS =
      List.of(
          new Network("gpt2-small", DType.F32),
          new Network("resnet-18", DType.F32),
          new Network("llama-7b", DType.BF16));

  /** The number of workers that is most likely the best, first. */
  private static final List<Integer> WORKERS = List.of(8, 4, 2, 1);

  /** For each number that is measured, where the set is small enough. */
  private static final double SECONDS = 0.5;

  /** Of a set that torch takes a few seconds for. */
  private static final double FEW_FLOPS = 1e12;

  /** What is worth beginning a sample for. */
  private static final double MIN_SECONDS = 2;

  private final Results results;
  private final Budget budget;
  private final Engines engines;

  SetsPart(Results results, Budget budget, Engines engines) {
    this.results = results;
    this.budget = budget;
    this.engines = engines;
  }

  void run() {
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "network", "weights", "by", "seconds", "measured", "beside the best on the GPU"));
    List<String> noTime = new ArrayList<>();
    for (Network network : NETWORKS) {
      if (!budget.fits(0)) {
        noTime.add(network.set());
        continue;
      }
      LayerSet set = LayerSet.of(Workload.parse(network.set(), 1), network.dtype());
      if (budget.fits(
          2
              * engines
                  .rates()
                  .estimate(Engines.gpu(1), set.largestOrder(), set.flopsOfOneOfEach()))) {
        addRows(table, network, set);
      } else {
        noTime.add(network.set());
      }
    }
    results.noTime("layers of networks", noTime);
    results.table(
        "Seconds for the layers of a network, from bytes in host memory to alphas, each as precise"
            + " as the certificate asks; torch: linalg.svdvals and alpha, weights on the GPU",
        table);
  }

  /** One number of the table. */
  private record Measured(String by, double seconds, String how) {}

  private void addRows(MarkdownTable table, Network network, LayerSet set) {
    List<Measured> rows = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    try {
      double expected = expected(engines.gpu(), set);
      for (int workers : WORKERS) {
        if (!rows.isEmpty() && !budget.fits(MIN_SECONDS)) {
          results.leaveOut("layers of %s with %d workers: no time", network.set(), workers);
          continue;
        }
        String by = "GPU, " + workers + (workers == 1 ? " worker" : " workers");
        Measured found = report(network, lap(engines.gpu(), set, workers, expected, by));
        rows.add(found);
        expected = found.seconds();
        best = Math.min(best, found.seconds());
      }
    } catch (SolverException e) {
      results.fail("layers of %s on the GPU: %s", network.set(), e.getMessage());
    }
    byTorch(set).ifPresent(found -> rows.add(report(network, found)));
    onCpu(set).ifPresent(found -> rows.add(report(network, found)));
    for (Measured row : rows) {
      table.add(
          List.of(
              network.set() + ", " + set.size() + " layers",
              network.dtype().name(),
              row.by(),
              "%.3f".formatted(row.seconds()),
              row.how(),
              "%.1f".formatted(row.seconds() / best)));
    }
  }

  private Measured report(Network network, Measured found) {
    results.progress(
        "layers of %s in %s: %s: %.3f s (%s)",
        network.set(), network.dtype(), found.by(), found.seconds(), found.how());
    ObjectNode json = results.addRow(Part.SETS);
    json.put("network", network.set())
        .put("weights", network.dtype().name())
        .put("by", found.by())
        .put("seconds", found.seconds())
        .put("measured", found.how());
    return found;
  }

  private Optional<Measured> onCpu(LayerSet set) {
    Workers cpu = engines.cpu();
    int workers = cpu.count();
    if (!budget.fits(
        2
            * engines.rates().estimate(Engines.cpu(1), set.largestOrder(), set.flopsOfOneOfEach())
            / workers)) {
      return Optional.empty();
    }
    String by = "CPU, %d workers".formatted(workers);
    return Optional.of(lap(cpu, set, workers, expected(cpu, set), by));
  }

  /** Seconds for the whole set, by one layer of each shape. */
  private static double expected(Workers pool, LayerSet set) {
    int workers = Math.min(pool.count(), set.oneOfEach().size());
    // The first lap loads kernels, and tells nothing else of a small set.
    pool.lap(set.oneOfEach(), workers);
    return set.flops() / set.flopsOfOneOfEach() * pool.lap(set.oneOfEach(), workers);
  }

  /** All of it several times, or once, or a part of it that is scaled. */
  private Measured lap(Workers pool, LayerSet set, int workers, double whole, String by) {
    double allowed = Math.max(MIN_SECONDS, budget.left() / 3);
    if (whole < SECONDS) {
      return new Measured(by, Laps.median(pool, set.all(), workers, SECONDS), "median of laps");
    }
    if (whole < allowed) {
      return new Measured(by, pool.lap(set.all(), workers), "one lap");
    }
    int every = (int) Math.ceil(whole / allowed);
    LayerSet.Sample sample = set.sample(every);
    double seconds = pool.lap(sample.jobs(), workers) * sample.scale();
    return new Measured(
        by, seconds, "%d of %d layers, scaled".formatted(sample.jobs().size(), set.size()));
  }

  private Optional<Measured> byTorch(LayerSet set) {
    if (engines.torch().isEmpty()) {
      return Optional.empty();
    }
    Torch torch = engines.torch().get();
    try {
      if (set.flops() < FEW_FLOPS) {
        double seconds = torch.layers(set.shapes(), set.kind(), set.dtype(), SECONDS, patience());
        return Optional.of(new Measured("torch, GPU", seconds, "median of laps"));
      }
      double seconds = 0;
      for (LayerShape shape : set.distinct()) {
        seconds +=
            set.count(shape) * torch.layers(List.of(shape), set.kind(), set.dtype(), 0, patience());
      }
      return Optional.of(new Measured("torch, GPU", seconds, "one of each shape, scaled"));
    } catch (TorchException e) {
      results.leaveOut("layers by torch: %s", e.getMessage());
      return Optional.empty();
    }
  }

  private double patience() {
    return Math.max(MIN_SECONDS, budget.left() / 2);
  }
}
