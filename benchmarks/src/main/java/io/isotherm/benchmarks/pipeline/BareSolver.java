package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The solver without anything around it, in a process of its own: layers in memory to outcomes.
 * Prints the seconds of each lap.
 */
final class BareSolver {

  /** As long as the services are warmed up. */
  static final Duration WARM_UP = Duration.ofSeconds(8);

  private BareSolver() {}

  /**
   * Starts one and waits for its end.
   *
   * @return seconds of the median lap
   */
  static double median(Workload workload, DType dtype, int workers, int laps, Processors processors)
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
    double[] seconds =
        process
            .inputReader(StandardCharsets.UTF_8)
            .lines()
            .mapToDouble(Double::parseDouble)
            .sorted()
            .toArray();
    if (process.waitFor() != 0 || seconds.length != laps) {
      throw new PipelineException("the bare solver ended after %d laps".formatted(seconds.length));
    }
    return seconds[laps / 2];
  }

  /** In the child: workload, type, workers, laps. */
  public static void main(String[] arguments) {
    int workers = Integer.parseInt(arguments[2]);
    Workload workload = Workload.parse(arguments[0], workers);
    List<SafeTensor> layers = LayerBytes.of(workload, DType.valueOf(arguments[1])).tensors();
    List<SafeTensor> mixed = LayerBytes.of(Workload.warmUp(workers), DType.F32).tensors();
    List<EigenvalueSolver> solvers = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      solvers.add(SolverKind.LAPACK.create());
      solvers.get(i).warmUp();
    }
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      long end = System.nanoTime() + WARM_UP.toNanos();
      while (System.nanoTime() < end) {
        lap(mixed, solvers, threads);
      }
      double[] seconds = new double[Integer.parseInt(arguments[3])];
      Arrays.setAll(seconds, lap -> lap(layers, solvers, threads));
      Arrays.stream(seconds).forEach(System.out::println);
    } finally {
      threads.shutdownNow();
      solvers.forEach(EigenvalueSolver::close);
    }
  }

  private static double lap(
      List<SafeTensor> layers, List<EigenvalueSolver> solvers, ExecutorService threads) {
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime();
    CompletableFuture.allOf(
            solvers.stream()
                .map(
                    solver ->
                        CompletableFuture.runAsync(() -> takeLayers(layers, solver, next), threads))
                .toArray(CompletableFuture<?>[]::new))
        .join();
    return (System.nanoTime() - start) / 1e9;
  }

  private static void takeLayers(
      List<SafeTensor> layers, EigenvalueSolver solver, AtomicInteger next) {
    LayerAnalysis analysis = new LayerAnalysis(solver);
    for (int i = next.getAndIncrement(); i < layers.size(); i = next.getAndIncrement()) {
      Outcome outcome = analysis.analyse(layers.get(i), EstimatorSpec.DEFAULT);
      solver.trim();
      if (!(outcome instanceof Outcome.Analysed)) {
        throw new PipelineException("%s has no alpha: %s".formatted(layers.get(i).name(), outcome));
      }
    }
  }
}
