package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.benchmarks.machine.ProcessView;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.SolverTeam;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The solver without anything around it, in a process of its own: layers in memory to outcomes.
 * Prints the seconds and the CPU seconds of each lap.
 */
final class BareSolver {

  /** As long as the services are warmed up. */
  static final Duration WARM_UP = Duration.ofSeconds(15);

  private BareSolver() {}

  /**
   * Starts one and waits for its end.
   *
   * @return the lap whose time is the median
   */
  static Lap median(Workload workload, DType dtype, int workers, int laps, Processors processors)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx3g",
            "-XX:+UseSerialGC",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            BareSolver.class.getName(),
            workload.name(),
            dtype.name(),
            Integer.toString(workers),
            Integer.toString(laps));
    ProcessBuilder builder =
        new ProcessBuilder(processors.bind(command)).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("OPENBLAS_NUM_THREADS", "1");
    Process process = builder.start();
    List<Lap> ended =
        process
            .inputReader(StandardCharsets.UTF_8)
            .lines()
            .map(line -> line.split(" "))
            .map(line -> new Lap(Double.parseDouble(line[0]), Double.parseDouble(line[1])))
            .sorted(Comparator.comparingDouble(Lap::seconds))
            .toList();
    if (process.waitFor() != 0 || ended.size() != laps) {
      throw new BenchmarkException("the bare solver ended after %d laps".formatted(ended.size()));
    }
    return ended.get(laps / 2);
  }

  /** In the child: workload, type, workers, laps. */
  public static void main(String[] arguments) {
    int workers = Integer.parseInt(arguments[2]);
    Workload workload = Workload.parse(arguments[0], workers);
    List<SafeTensor> layers = LayerBytes.of(workload, DType.valueOf(arguments[1])).tensors();
    List<SafeTensor> mixed = LayerBytes.of(Workload.warmUp(workers), DType.F32).tensors();
    SolverTeam team = new SolverTeam();
    List<EigenvalueSolver> solvers = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      solvers.add(team.join(SolverKind.LAPACK.create()));
      solvers.get(i).warmUp();
    }
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      long end = System.nanoTime() + WARM_UP.toNanos();
      while (System.nanoTime() < end) {
        lap(mixed, solvers, threads);
      }
      for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
        Lap lap = lap(layers, solvers, threads);
        System.out.println(lap.seconds() + " " + lap.cpuSeconds());
      }
    } finally {
      threads.shutdownNow();
      solvers.forEach(EigenvalueSolver::close);
    }
  }

  private static Lap lap(
      List<SafeTensor> layers, List<EigenvalueSolver> solvers, ExecutorService threads) {
    AtomicInteger next = new AtomicInteger();
    ProcessView self = new ProcessView(ProcessHandle.current().pid());
    double cpu = self.cpuSeconds();
    long start = System.nanoTime();
    CompletableFuture.allOf(
            solvers.stream()
                .map(
                    solver ->
                        CompletableFuture.runAsync(() -> takeLayers(layers, solver, next), threads))
                .toArray(CompletableFuture<?>[]::new))
        .join();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Lap(seconds, self.cpuSeconds() - cpu);
  }

  private static void takeLayers(
      List<SafeTensor> layers, EigenvalueSolver solver, AtomicInteger next) {
    LayerAnalysis analysis = new LayerAnalysis(solver);
    for (int i = next.getAndIncrement(); i < layers.size(); i = next.getAndIncrement()) {
      Outcome outcome = analysis.analyse(layers.get(i), EstimatorSpec.DEFAULT);
      solver.trim();
      if (!(outcome instanceof Outcome.Analysed)) {
        throw new BenchmarkException(
            "%s has no alpha: %s".formatted(layers.get(i).name(), outcome));
      }
    }
  }
}
