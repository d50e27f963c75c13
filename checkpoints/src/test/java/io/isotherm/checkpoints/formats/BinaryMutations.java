package io.isotherm.checkpoints.formats;

import java.util.Arrays;
import java.util.Random;

/** Changes to a valid file, some of which leave it valid. */
public final class BinaryMutations {

  private static final long[] EXTREMES = {
    0, 1, 0x7f, 0xff, 0x7fff_ffffL, 0xffff_ffffL, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE
  };

  private BinaryMutations() {}

  /** A copy of {@code valid} with one to three changes. */
  public static byte[] mutate(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && bytes.length > Long.BYTES; i++) {
      bytes =
          switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(64));
            case 2, 3 -> overwrite(bytes, random);
            case 4 -> splice(bytes, random);
            case 5 -> remove(bytes, random);
            default -> flip(bytes, random);
          };
    }
    return bytes;
  }

  private static byte[] flip(byte[] bytes, Random random) {
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  /** A number that no file has, over 1 to 8 bytes. */
  private static byte[] overwrite(byte[] bytes, Random random) {
    long value = EXTREMES[random.nextInt(EXTREMES.length)];
    int length = 1 << random.nextInt(4);
    int at = random.nextInt(bytes.length - length);
    for (int i = 0; i < length; i++) {
      bytes[at + i] = (byte) (value >> (i * Byte.SIZE));
    }
    return bytes;
  }

  /** A piece of the file once more at another place. */
  private static byte[] splice(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    int length = random.nextInt(Math.min(120, bytes.length - from));
    int to = random.nextInt(bytes.length);
    byte[] result = new byte[bytes.length + length];
    System.arraycopy(bytes, 0, result, 0, to);
    System.arraycopy(bytes, from, result, to, length);
    System.arraycopy(bytes, to, result, to + length, bytes.length - to);
    return result;
  }

  private static byte[] remove(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    int length = random.nextInt(Math.min(16, bytes.length - from));
    byte[] result = new byte[bytes.length - length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(bytes, from + length, result, from, result.length - from);
    return result;
  }
}
