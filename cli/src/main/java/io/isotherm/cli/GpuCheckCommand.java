package io.isotherm.cli;

import io.isotherm.gpucheck.GpuCheck;
import io.isotherm.gpucheck.GpuCheckSettings;
import io.isotherm.gpucheck.NoGpuException;
import io.isotherm.gpucheck.Part;
import io.isotherm.gpucheck.bundle.Bundle;
import io.isotherm.terminal.Terminal;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code gpu-check}: is the solver right on this machine's GPU, and how fast. */
@Command(
    name = "gpu-check",
    description = {
      "Checks the solver on this machine's GPU, and times it.",
      "",
      "Says which card, driver, CUDA libraries and processor there are; runs the solver's contract"
          + " and golden tests on the card; compares eigenvalues and alphas with LAPACK's in double"
          + " precision; times single matrices, batches and the layers of whole networks beside the"
          + " CPU engine and, where Python with torch is, beside torch on the same GPU and on the"
          + " CPU. Each part is printed as it ends, the most important first; what there was no time"
          + " for is named.",
      "",
      "With --bundle it checks nothing, and packs the check with a small Java runtime for a machine"
          + " without Java and without a network: copy the folder there and run gpu-check.sh, which"
          + " takes the other options.",
      "",
      "CUDA's libraries are searched where the system has them and in LD_LIBRARY_PATH.",
      "",
      "Exit status 0 if all that was checked passed, 1 if something failed, 2 for a wrong command"
          + " line, 3 if there is no GPU that can be used.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GpuCheckCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "what all of it may take (default: " + GpuCheckSettings.DEFAULT_MINUTES + ")")
  private Optional<Double> minutes;

  @Option(
      names = "--parts",
      paramLabel = "PART",
      split = ",",
      converter = PartConverter.class,
      description =
          "check these alone: machine, tests, accuracy, speed, sets (layers of networks), cpu (beside torch on"
              + " the CPU), sweep (batch sizes and workers, for who tunes the solver; not among the"
              + " default ones)")
  private List<Part> parts = List.of();

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      defaultValue = "python3",
      description = "a Python that may have torch (default: ${DEFAULT-VALUE})")
  private String python;

  @Option(names = "--json", paramLabel = "FILE", description = "write the results here, too")
  private Optional<Path> json;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "write gpu-check.sh and its archive to this folder, and check nothing")
  private Optional<Path> bundle;

  @Override
  public Integer call() {
    Terminal terminal = Terminal.standardOutput(System.getenv());
    if (bundle.isPresent()) {
      long bytes = Bundle.write(bundle.get());
      terminal.print(
          "%s: %.1f MB; copy the folder to the machine with the GPU and run gpu-check.sh there"
              .formatted(bundle.get(), bytes / 1e6));
      return 0;
    }
    GpuCheck check = new GpuCheck(settings(), terminal);
    check.endInTime();
    try {
      return check.run();
    } catch (NoGpuException e) {
      spec.commandLine().getErr().printf("isotherm gpu-check: %s%n", e.getMessage());
      return GpuCheck.NO_GPU;
    }
  }

  private GpuCheckSettings settings() {
    Set<Part> chosen = parts.isEmpty() ? GpuCheckSettings.defaultParts() : EnumSet.copyOf(parts);
    try {
      return new GpuCheckSettings(
          minutes.orElse(GpuCheckSettings.DEFAULT_MINUTES), chosen, python, json);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }

  /** Reads {@code --parts}. */
  static final class PartConverter implements ITypeConverter<Part> {
    @Override
    public Part convert(String text) {
      try {
        return Part.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
