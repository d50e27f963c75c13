package io.isotherm.solvers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The processor of this machine, as Linux describes it.
 *
 * @param model its name
 * @param flags what it can do, in Linux' words
 */
record Processor(String model, Set<String> flags) {

  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  Processor {
    flags = Set.copyOf(flags);
  }

  /** The first processor of this machine; without flags where the system does not tell. */
  static Processor ofThisMachine() {
    try {
      return parse(Files.readAllLines(CPUINFO, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return parse(List.of());
    }
  }

  /** Reads lines of {@code /proc/cpuinfo}. */
  static Processor parse(List<String> lines) {
    return new Processor(
        value(lines, "model name").orElse("unknown processor"),
        value(lines, "flags").map(flags -> Set.of(flags.split(" +"))).orElse(Set.of()));
  }

  /** The largest vector instructions that it has. */
  InstructionSet instructionSet() {
    return InstructionSet.ofFlags(flags);
  }

  private static Optional<String> value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }
}
