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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The CPU engine beside torch on the CPU, both with all cores of the machine. */
final class CpuPart {

  private static final List<String> WORKLOADS =
      List.of(
          "512x512",
          "2048x2048",
          "768x3072",
          "512x512x3x3",
          "resnet-18",
          "gpt2-small",
          "128x128",
          "200*64x64",
          "512x512/decaying",
          "4096x4096",
          "vgg-16",
          "wrn-16-8");

  private static final double SECONDS = 0.5;

  private final Results results;
  private final Budget budget;
  private final Engines engines;

  CpuPart(Results results, Budget budget, Engines engines) {
    this.results = results;
    this.budget = budget;
    this.engines = engines;
  }

  void run() {
    MarkdownTable table =
        new MarkdownTable(List.of("layers", "CPU engine, ms", "torch, CPU, ms", "times faster"));
    Optional<Torch> torch = engines.start("cpu");
    List<String> noTime = new ArrayList<>();
    for (String name : WORKLOADS) {
      if (budget.fits(0)) {
        table.add(row(name, torch));
      } else {
        noTime.add(name);
      }
    }
    torch.ifPresent(Torch::close);
    results.noTime("the CPU engine beside torch", noTime);
    results.table(
        "The CPU engine with %d workers of one thread beside torch on the same cores, F32, bytes to"
                .formatted(engines.cpu().count())
            + " alphas; a single shape: per layer of a batch that keeps all workers busy",
        table);
  }

  private List<String> row(String name, Optional<Torch> torch) {
    Workers cpu = engines.cpu();
    Workload workload = Workload.parse(name, cpu.count());
    LayerSet set = LayerSet.of(workload, DType.F32);
    OptionalDouble engine =
        OptionalDouble.of(Laps.median(cpu, set.all(), cpu.count(), SECONDS) / workload.units());
    OptionalDouble other = OptionalDouble.empty();
    if (torch.isPresent()) {
      // One after the other with all threads: a batch takes as many times longer.
      List<LayerShape> layers = workload.units() == 1 ? workload.layers() : set.distinct();
      try {
        double patience = Math.max(5, budget.left());
        other =
            OptionalDouble.of(torch.get().layers(layers, set.kind(), DType.F32, SECONDS, patience));
      } catch (TorchException e) {
        results.leaveOut("torch on the CPU on %s: %s", name, e.getMessage());
      }
    }
    List<String> cells =
        List.of(name, Times.millis(engine), Times.millis(other), Times.times(other, engine));
    results.progress("CPU: %s", String.join("  ", cells));
    ObjectNode json = results.addRow(Part.CPU);
    json.put("layers", name).put("engineSeconds", engine.getAsDouble());
    other.ifPresent(value -> json.put("torchSeconds", value));
    return cells;
  }
}
