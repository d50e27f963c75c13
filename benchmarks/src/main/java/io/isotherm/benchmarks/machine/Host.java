package io.isotherm.benchmarks.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * This machine at the start of a benchmark.
 *
 * @param cpu its model
 * @param cores that this process may use
 * @param java name and version of the virtual machine
 * @param load mean number of running processes over the last minute; negative where the system does
 *     not tell
 */
public record Host(String cpu, int cores, String java, double load) {

  /** More than that of other people's work shows in the numbers. */
  private static final double BUSY = 0.5;

  /** Looks at this machine. */
  public static Host look() {
    return new Host(
        cpuModel().orElse("unknown CPU"),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        loadNow());
  }

  /** The load at this moment, as {@link #load}. */
  public static double loadNow() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** A line for the reader if others are using the machine. */
  public Optional<String> warning() {
    return load <= BUSY
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "the machine was busy before the start (load average %.2f): expect noise",
                load));
  }

  private static Optional<String> cpuModel() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
