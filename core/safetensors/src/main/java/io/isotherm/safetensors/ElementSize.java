package io.isotherm.safetensors;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sizes of the element types of the format, version 0.8, those that are no weights included. */
final class ElementSize {

  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("C64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64),
          Map.entry("F64", 64));

  private ElementSize() {}

  /**
   * Bytes of a tensor; empty if the type is not known.
   *
   * @throws ArithmeticException if the number of bits is more than a {@code long} holds, or no
   *     number of whole bytes
   */
  static Optional<Long> byteLength(String type, List<Long> shape) {
    long elements = 1;
    for (long dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    Integer bits = BITS.get(type);
    if (bits == null) {
      return Optional.empty();
    }
    long total = Math.multiplyExact(elements, (long) bits);
    if (total % Byte.SIZE != 0) {
      throw new ArithmeticException("no whole bytes");
    }
    return Optional.of(total / Byte.SIZE);
  }
}
