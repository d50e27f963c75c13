package io.isotherm.benchmarks.pipeline;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.benchmarks.machine.ProcessView;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.local.stack.Installation;
import io.isotherm.safetensors.DType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One network through the pipeline with some workers, beside the bare solver. */
final class Trial {

  private static final int LATENCY_SAMPLES = 100;
  private static final Duration LATENCY_TIME = Duration.ofSeconds(12);

  /**
   * What came out.
   *
   * @param network as the user wrote it
   * @param workers services of one thread each
   * @param bytes of one network's weights
   * @param bare the bare solver with as many threads on the same processors, for one network
   * @param pipeline from the client's memory to the last outcome, and the services' CPU, for one
   *     network
   * @param ways of single layers through the idle pipeline
   * @param client what it spent
   * @param broker what it spent
   * @param serviceHeapBytes that the services allocated for each byte sent
   * @param peakResidentBytes of the service that had most
   */
  record Result(
      String network,
      int workers,
      long bytes,
      Lap bare,
      Lap pipeline,
      List<Passage.Way> ways,
      Spent client,
      Spent broker,
      double serviceHeapBytes,
      long peakResidentBytes) {

    /** Of the bare solver's throughput. */
    @JsonProperty
    public double share() {
      return bare.seconds() / pipeline.seconds();
    }

    /** The bare solver's CPU time as a share of the services': without what others do meanwhile. */
    @JsonProperty
    public double cpuShare() {
      return bare.cpuSeconds() / pipeline.cpuSeconds();
    }
  }

  /**
   * What somebody on the way spent.
   *
   * @param cpuSeconds for one network
   * @param heapBytes allocated for each byte sent
   */
  record Spent(double cpuSeconds, double heapBytes) {

    private static Spent between(Spent before, Spent after, int networks, double bytes) {
      return new Spent(
          (after.cpuSeconds() - before.cpuSeconds()) / networks,
          (after.heapBytes() - before.heapBytes()) / bytes);
    }
  }

  private final Installation installation;
  private final Placement placement;
  private final int rounds;
  private final Consumer<String> say;

  Trial(Installation installation, Placement placement, int rounds, Consumer<String> say) {
    this.installation = installation;
    this.placement = placement;
    this.rounds = rounds;
    this.say = say;
  }

  Result measure(Network network, int workers) throws IOException, InterruptedException {
    say.accept("%s, %d workers: the bare solver".formatted(network, workers));
    Lap bare =
        BareSolver.median(
            network.workload(), network.dtype(), workers, rounds, placement.services());
    LayerBytes layers = LayerBytes.of(network.workload(), network.dtype());
    try (PipelineStack stack = PipelineStack.start(installation, placement, workers);
        OutcomeLog outcomes = new OutcomeLog(stack.bootstrapServers())) {
      Passage passage = new Passage(stack.bootstrapServers(), outcomes);
      say.accept("%s, %d workers: warming up".formatted(network, workers));
      warmUp(passage, workers);
      say.accept("%s, %d workers: through the pipeline".formatted(network, workers));
      try (Meters meters = new Meters(stack)) {
        List<Spent> before = meters.read();
        List<Spent> after = new ArrayList<>();
        double seconds =
            passage.seconds(layers, rounds, () -> after.addAll(meters.read())) / rounds;
        double sent = (double) rounds * layers.totalBytes();
        Spent services = Spent.between(before.get(2), after.get(2), rounds, sent);
        say.accept("%s, %d workers: layer by layer".formatted(network, workers));
        return new Result(
            network.toString(),
            workers,
            layers.totalBytes(),
            bare,
            new Lap(seconds, services.cpuSeconds()),
            passage.ways(layers, LATENCY_SAMPLES, LATENCY_TIME),
            Spent.between(before.get(0), after.get(0), rounds, sent),
            Spent.between(before.get(1), after.get(1), rounds, sent),
            services.heapBytes(),
            stack.services().stream()
                .mapToLong(ProcessView::peakResidentBytes)
                .max()
                .orElseThrow());
      }
    }
  }

  /** All code is compiled in a service that runs for days. */
  private static void warmUp(Passage passage, int workers) throws InterruptedException {
    LayerBytes mixed = LayerBytes.of(Workload.warmUp(2 * workers), DType.F32);
    long end = System.nanoTime() + BareSolver.WARM_UP.toNanos();
    while (System.nanoTime() < end) {
      passage.seconds(mixed, 1, () -> {});
    }
  }
}
