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

  /**
   * What came out.
   *
   * @param network as the user wrote it
   * @param workers services of one thread each
   * @param bytes of one network's weights
   * @param bareSeconds of the bare solver with as many threads on the same processors, for one
   *     network
   * @param seconds from the client's memory to the last outcome, for one network
   * @param ways of single layers through the idle pipeline
   * @param allocated bytes on each one's heap for each byte sent
   * @param brokerCpuSeconds of the broker for one network
   * @param peakResidentBytes of the service that had most
   */
  record Result(
      String network,
      int workers,
      long bytes,
      double bareSeconds,
      double seconds,
      List<Passage.Way> ways,
      Allocated allocated,
      double brokerCpuSeconds,
      long peakResidentBytes) {

    /** Of the bare solver's throughput. */
    @JsonProperty
    public double share() {
      return bareSeconds / seconds;
    }
  }

  /** Bytes on the heap for each byte sent. */
  record Allocated(double client, double broker, double services) {}

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
    double bare =
        BareSolver.median(
            network.workload(), network.dtype(), workers, rounds, placement.services());
    LayerBytes layers = LayerBytes.of(network.workload(), network.dtype());
    try (PipelineStack stack = PipelineStack.start(installation, placement, workers);
        OutcomeLog outcomes = new OutcomeLog(stack.bootstrapServers())) {
      Passage passage = new Passage(stack.bootstrapServers(), outcomes);
      say.accept("%s, %d workers: warming up".formatted(network, workers));
      warmUp(passage, workers);
      say.accept("%s, %d workers: through the pipeline".formatted(network, workers));
      List<AllocatedBytes> services = new ArrayList<>();
      try (AllocatedBytes broker = AllocatedBytes.of(stack.broker().pid())) {
        for (ProcessView service : stack.services()) {
          services.add(AllocatedBytes.of(service.pid()));
        }
        double cpu = stack.broker().cpuSeconds();
        long atClient = AllocatedBytes.ofThisProcess();
        long atBroker = broker.now();
        long atServices = services.stream().mapToLong(AllocatedBytes::now).sum();
        double seconds = passage.seconds(layers, rounds) / rounds;
        double sent = (double) rounds * layers.totalBytes();
        Allocated allocated =
            new Allocated(
                (AllocatedBytes.ofThisProcess() - atClient) / sent,
                (broker.now() - atBroker) / sent,
                (services.stream().mapToLong(AllocatedBytes::now).sum() - atServices) / sent);
        cpu = (stack.broker().cpuSeconds() - cpu) / rounds;
        say.accept("%s, %d workers: layer by layer".formatted(network, workers));
        return new Result(
            network.toString(),
            workers,
            layers.totalBytes(),
            bare,
            seconds,
            passage.ways(layers, LATENCY_SAMPLES, Duration.ofSeconds(12)),
            allocated,
            cpu,
            stack.services().stream()
                .mapToLong(ProcessView::peakResidentBytes)
                .max()
                .orElseThrow());
      } finally {
        for (AllocatedBytes service : services) {
          service.close();
        }
      }
    }
  }

  /** All code is compiled in a service that runs for days. */
  private static void warmUp(Passage passage, int workers) throws InterruptedException {
    LayerBytes mixed = LayerBytes.of(Workload.warmUp(2 * workers), DType.F32);
    long end = System.nanoTime() + BareSolver.WARM_UP.toNanos();
    while (System.nanoTime() < end) {
      passage.seconds(mixed, 1);
    }
  }
}
