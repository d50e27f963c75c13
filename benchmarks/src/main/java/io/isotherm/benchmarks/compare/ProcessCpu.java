package io.isotherm.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time of all threads of this process, native ones included. */
final class ProcessCpu {

  private static final Path THREADS = Path.of("/proc/self/task");
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private ProcessCpu() {}

  /**
   * Nanoseconds of the threads that are alive: where Linux keeps scheduling statistics, exact for
   * those that wait; elsewhere in steps of 10 ms.
   */
  static long nanos() {
    long sum = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        String statistics = Files.readString(thread.resolve("schedstat"));
        sum += Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
      }
      return sum;
    } catch (IOException | NumberFormatException | StringIndexOutOfBoundsException e) {
      return SYSTEM.getProcessCpuTime();
    }
  }
}
