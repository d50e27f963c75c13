package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.command.Console;
import io.isotherm.benchmarks.machine.Host;
import io.isotherm.local.stack.Installation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code benchmarks/pipeline}. */
@Command(
    name = "benchmarks/pipeline",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Sends the layers of networks from a client's memory through a Kafka broker and spectral"
          + " services, all as processes, and prints tables in Markdown: throughput as a share of"
          + " the bare solver's on the same processors, latency, copies and memory.",
      "With --producers it measures settings of the producer instead, and with --flood the memory"
          + " of a service that a whole network comes to at once.",
      "Progress goes to the standard error. Needs Linux; binding to processors needs taskset."
    })
public final class PipelineBenchmark implements Callable<Integer> {

  /** Held here because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

  private static final int CHUNK = 960 << 10;
  private static final int BATCH = 1_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--project",
      paramLabel = "DIR",
      required = true,
      hidden = true,
      description = "The project's folder, with everything built.")
  private Path project;

  @Option(
      names = "--networks",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "resnet-18,gpt2-small,llama-7b-block:bf16",
      converter = NetworkConverter.class,
      description =
          "Layer sets or COUNT*SHAPE, as benchmarks/compare takes them, each with :bf16 behind it for"
              + " weights in 16 bits. Default: ${DEFAULT-VALUE}.")
  private List<Network> networks;

  @Option(
      names = "--workers",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "1,2",
      description = "Numbers of services of one worker each. Default: ${DEFAULT-VALUE}.")
  private List<Integer> workers;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "So many networks are sent at once. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--service-cpus",
      paramLabel = "LIST",
      description = "Processors of the services and the bare solver, such as 0,2-3. Default: all.")
  private Optional<String> serviceCpus;

  @Option(
      names = "--other-cpus",
      paramLabel = "LIST",
      description = "Processors of the broker and the client. Default: all.")
  private Optional<String> otherCpus;

  @Option(names = "--producers", description = "Measures chunk sizes and settings of producers.")
  private boolean producers;

  @Option(
      names = "--flood",
      description = "Measures the memory of one service with its default settings instead.")
  private boolean flood;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes everything there too.")
  private Path json;

  /** Exits with 0 if everything was measured, and 2 for bad options. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return Console.commandLine(new PipelineBenchmark());
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    KAFKA.setLevel(Level.WARNING);
    if (rounds < 1 || workers.stream().anyMatch(count -> count < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--rounds and each of --workers must be 1 or more");
    }
    Installation installation = new Installation(project.toAbsolutePath().normalize());
    Placement placement = new Placement(new Processors(serviceCpus), new Processors(otherCpus));
    Host host = Host.look();
    host.warning().ifPresent(console()::say);
    placement.others().bind(ProcessHandle.current().pid());
    List<Trial.Result> trials = producers || flood ? List.of() : trials(installation, placement);
    List<ProducerTrial.Result> producerTrials =
        producers ? producerTrials(installation, placement) : List.of();
    List<Flood.Result> floods = flood ? floods(installation, placement) : List.of();
    PipelineReport report =
        new PipelineReport(
            console().invocation(),
            host,
            Host.loadNow(),
            "services and bare solver on processors %s, broker and client on %s"
                .formatted(placement.services(), placement.others()),
            trials,
            producerTrials,
            floods);
    console().print(report.lines());
    if (json != null) {
      console().write(report, json);
    }
    return CommandLine.ExitCode.OK;
  }

  private Console console() {
    return new Console(spec);
  }

  private List<Trial.Result> trials(Installation installation, Placement placement)
      throws IOException, InterruptedException {
    Trial trial = new Trial(installation, placement, rounds, console()::say);
    List<Trial.Result> results = new ArrayList<>();
    for (Network network : networks) {
      for (int count : workers) {
        results.add(trial.measure(network, count));
      }
    }
    return results;
  }

  private List<ProducerTrial.Result> producerTrials(Installation installation, Placement placement)
      throws InterruptedException {
    List<ProducerTrial.Result> results = new ArrayList<>();
    try (PipelineStack stack = PipelineStack.start(installation, placement, 0)) {
      ProducerTrial trial = new ProducerTrial(stack);
      for (ProducerTrial.Settings settings : settings()) {
        console().say("producer with " + settings);
        results.add(trial.measure(settings));
      }
    }
    return results;
  }

  /** One thing at a time is changed from what the client has. */
  private static List<ProducerTrial.Settings> settings() {
    return List.of(
        new ProducerTrial.Settings(CHUNK, "none", 16 << 10, 5, "all"),
        new ProducerTrial.Settings(CHUNK, "none", BATCH, 5, "all"),
        new ProducerTrial.Settings(CHUNK, "none", BATCH, 0, "all"),
        new ProducerTrial.Settings(CHUNK, "none", BATCH, 50, "all"),
        new ProducerTrial.Settings(CHUNK, "none", BATCH, 5, "1"),
        new ProducerTrial.Settings(CHUNK, "zstd", BATCH, 5, "all"),
        new ProducerTrial.Settings(CHUNK / 2, "none", BATCH, 5, "all"),
        new ProducerTrial.Settings(CHUNK / 4, "none", BATCH, 5, "all"),
        new ProducerTrial.Settings(CHUNK / 15, "none", BATCH, 5, "all"));
  }

  private List<Flood.Result> floods(Installation installation, Placement placement)
      throws InterruptedException {
    List<Flood.Result> results = new ArrayList<>();
    for (Network network : networks) {
      try (PipelineStack stack = PipelineStack.start(installation, placement, 1)) {
        results.add(new Flood(stack, console()::say).measure(network));
      }
    }
    return results;
  }

  /** Reads {@code --networks}. */
  static final class NetworkConverter implements CommandLine.ITypeConverter<Network> {
    @Override
    public Network convert(String text) {
      try {
        return Network.parse(text);
      } catch (IllegalArgumentException e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }
}
