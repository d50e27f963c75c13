package io.isotherm.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes to a valid document, some of which leave it valid. */
final class Mutations {

  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\u0000",
          "null",
          "true",
          "-1",
          "1e999",
          "0.5",
          "9223372036854775807",
          "18446744073709551615",
          "\"F32\"",
          "\"BF16\"",
          "\"shape\"",
          "\"data_offsets\"",
          "\"__metadata__\"",
          "[[[[[[[[",
          "{\"a\":",
          "\u00e9",
          " ",
          "\n");

  private Mutations() {}

  /** A copy of {@code valid} with one to three changes. */
  static byte[] mutate(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      bytes =
          switch (random.nextInt(9)) {
            case 0 -> flip(bytes, random);
            case 1 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 2 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(64));
            case 3 -> insert(bytes, random, false);
            case 4 -> splice(bytes, random);
            case 5, 6 -> miscount(bytes, random);
            default -> insert(bytes, random, true);
          };
      if (bytes.length < 9) {
        return bytes;
      }
    }
    return bytes;
  }

  private static byte[] flip(byte[] bytes, Random random) {
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  /** Puts a token over a place in the header, or between, with the header's length put right. */
  private static byte[] insert(byte[] bytes, Random random, boolean over) {
    byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8);
    int at = 8 + random.nextInt(bytes.length - 8);
    if (over) {
      byte[] result = Arrays.copyOf(bytes, Math.max(bytes.length, at + token.length));
      System.arraycopy(token, 0, result, at, token.length);
      return result;
    }
    byte[] result = new byte[bytes.length + token.length];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(token, 0, result, at, token.length);
    System.arraycopy(bytes, at, result, at + token.length, bytes.length - at);
    lengthen(result, token.length);
    return result;
  }

  /** Another digit for one of the header's, so that numbers stay numbers and stop being true. */
  private static byte[] miscount(byte[] bytes, Random random) {
    for (int tries = 0; tries < 100; tries++) {
      int at = 8 + random.nextInt(bytes.length - 8);
      if (bytes[at] >= '0' && bytes[at] <= '9') {
        bytes[at] = (byte) ('0' + random.nextInt(10));
        return bytes;
      }
    }
    return bytes;
  }

  /** A piece of the document once more at another place, with the header's length put right. */
  private static byte[] splice(byte[] bytes, Random random) {
    int from = 8 + random.nextInt(bytes.length - 8);
    int length = random.nextInt(Math.min(120, bytes.length - from));
    int to = 8 + random.nextInt(bytes.length - 8);
    byte[] result = new byte[bytes.length + length];
    System.arraycopy(bytes, 0, result, 0, to);
    System.arraycopy(bytes, from, result, to, length);
    System.arraycopy(bytes, to, result, to + length, bytes.length - to);
    lengthen(result, length);
    return result;
  }

  private static void lengthen(byte[] document, int bytes) {
    ByteBuffer start = ByteBuffer.wrap(document).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(0, start.getLong(0) + bytes);
  }
}
