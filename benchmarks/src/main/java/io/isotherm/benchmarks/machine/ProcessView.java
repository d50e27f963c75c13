package io.isotherm.benchmarks.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What Linux tells of a process.
 *
 * @param pid its id
 */
public record ProcessView(long pid) {

  private static final long KIBIBYTE = 1024;

  /** CPU time of all its threads since it was started. */
  public double cpuSeconds() {
    return ProcessHandle.of(pid).orElseThrow().info().totalCpuDuration().orElseThrow().toNanos()
        / 1e9;
  }

  /** The memory that it has resident, in bytes. */
  public long residentBytes() {
    return status("VmRSS:");
  }

  /** The most memory that it has had resident so far, in bytes. */
  public long peakResidentBytes() {
    return status("VmHWM:");
  }

  private long status(String field) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
              .filter(line -> line.startsWith(field))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow()
          * KIBIBYTE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
