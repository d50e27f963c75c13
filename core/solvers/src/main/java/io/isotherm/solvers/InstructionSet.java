package io.isotherm.solvers;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Vector instructions of x86 processors, each with all before it, and what of OpenBLAS is made for
 * them.
 */
enum InstructionSet {
  /** 128 bits, without AVX. */
  SSE("SSE", Set.of(), "Nehalem", Set.of()),
  /** 256 bits for floating point, without a multiply-add. */
  AVX("AVX", Set.of("avx"), "Sandybridge", Set.of("bulldozer", "piledriver", "steamroller")),
  /** 256 bits with multiply-add. */
  AVX2("AVX2", Set.of("avx2", "fma"), "Haswell", Set.of("zen", "excavator")),
  /** 512 bits. */
  AVX512(
      "AVX-512",
      Set.of("avx512f", "avx512bw", "avx512dq", "avx512vl"),
      "SkylakeX",
      Set.of("cooperlake", "sapphirerapids"));

  private final String label;
  private final Set<String> flags;
  private final String coreType;
  private final Set<String> otherCoreTypes;

  InstructionSet(String label, Set<String> flags, String coreType, Set<String> otherCoreTypes) {
    this.label = label;
    this.flags = flags;
    this.coreType = coreType;
    this.otherCoreTypes = otherCoreTypes;
  }

  /** As it is commonly written. */
  String label() {
    return label;
  }

  /** The oldest of OpenBLAS' core types that uses it. */
  String coreType() {
    return coreType;
  }

  /** The largest one that a processor with these flags of Linux has. */
  static InstructionSet ofFlags(Set<String> flags) {
    InstructionSet largest = SSE;
    for (InstructionSet each : values()) {
      if (!flags.containsAll(each.flags)) {
        return largest;
      }
      largest = each;
    }
    return largest;
  }

  /** What OpenBLAS' kernels for a core type use. Those that are not known here are old ones. */
  static InstructionSet ofCoreType(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(
            each ->
                each.coreType.toLowerCase(Locale.ROOT).equals(wanted)
                    || each.otherCoreTypes.contains(wanted))
        .findFirst()
        .orElse(SSE);
  }

  /** The core type to try where the kernels for {@code name} compute wrongly. */
  static String olderCoreType(String name) {
    InstructionSet set = ofCoreType(name);
    return set == SSE ? "Prescott" : values()[set.ordinal() - 1].coreType;
  }
}
