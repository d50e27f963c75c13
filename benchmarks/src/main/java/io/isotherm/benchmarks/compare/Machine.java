package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.machine.Host;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas;

/**
 * What the numbers were measured on.
 *
 * @param cpu its model
 * @param cores that this process may use
 * @param java name and version of the virtual machine
 * @param blas version of OpenBLAS, and the kernels that it chose for this CPU
 * @param load mean number of running processes over the last minute; negative where the system does
 *     not tell
 */
record Machine(String cpu, int cores, String java, String blas, double load) {

  private static final String KERNEL_LINE = "Core: ";

  /** Looks at this machine. */
  static Machine look() {
    Host host = Host.look();
    return new Machine(
        host.cpu(),
        host.cores(),
        host.java(),
        (openblas.OPENBLAS_VERSION.strip() + " " + kernel().map(k -> "(" + k + ")").orElse(""))
            .strip(),
        host.load());
  }

  /** A line for the reader if others are using the machine. */
  Optional<String> warning() {
    return new Host(cpu, cores, java, load).warning();
  }

  /** OpenBLAS tells its choice only while it loads, so it is loaded once more, elsewhere. */
  private static Optional<String> kernel() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(OpenBlasKernel.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OPENBLAS_VERBOSE", "2");
    try (BufferedReader output = builder.start().inputReader(StandardCharsets.UTF_8)) {
      return output
          .lines()
          .filter(line -> line.startsWith(KERNEL_LINE))
          .map(line -> line.substring(KERNEL_LINE.length()).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
