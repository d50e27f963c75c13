package io.isotherm.checkpoints.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Blocks of ggml's quantised types, as {@code ggml-quants.c} takes them apart: codes with a scale
 * in half precision, those of the K types in smaller groups with scales and offsets of 6 or 8 bits.
 */
enum GgmlBlocks {
  Q8_0(32, 34) {
    @Override
    void read(ByteBuffer data, int at, double[] target, int to) {
      double scale = half(data, at);
      for (int i = 0; i < 32; i++) {
        target[to + i] = scale * data.get(at + 2 + i);
      }
    }
  },
  Q4_0(32, 18) {
    @Override
    void read(ByteBuffer data, int at, double[] target, int to) {
      double scale = half(data, at);
      for (int i = 0; i < 16; i++) {
        int codes = data.get(at + 2 + i);
        target[to + i] = scale * ((codes & 0xf) - 8);
        target[to + 16 + i] = scale * ((codes >> 4 & 0xf) - 8);
      }
    }
  },
  Q4_K(256, 144) {
    @Override
    void read(ByteBuffer data, int at, double[] target, int to) {
      double scale = half(data, at);
      double offset = half(data, at + 2);
      for (int group = 0; group < 8; group++) {
        double groupScale = scale * sixBits(data, at + 4, group, 0);
        double groupOffset = offset * sixBits(data, at + 4, group, 4);
        for (int i = 0; i < 32; i++) {
          int codes = data.get(at + 16 + group / 2 * 32 + i);
          int code = (codes >> (group % 2 * 4)) & 0xf;
          target[to + group * 32 + i] = groupScale * code - groupOffset;
        }
      }
    }
  },
  Q6_K(256, 210) {
    @Override
    void read(ByteBuffer data, int at, double[] target, int to) {
      double scale = half(data, at + 208);
      for (int i = 0; i < 256; i++) {
        int part = i % 128 / 32;
        int lower = (data.get(at + i / 128 * 64 + i % 64) >> (part / 2 * 4)) & 0xf;
        int upper = (data.get(at + 128 + i / 128 * 32 + i % 32) >> (part * 2)) & 3;
        double groupScale = scale * data.get(at + 192 + i / 16);
        target[to + i] = groupScale * ((lower | upper << 4) - 32);
      }
    }
  };

  private final int elements;
  private final int bytes;

  GgmlBlocks(int elements, int bytes) {
    this.elements = elements;
    this.bytes = bytes;
  }

  static Optional<GgmlBlocks> of(String type) {
    return Arrays.stream(values()).filter(blocks -> blocks.name().equals(type)).findFirst();
  }

  /** Elements of a block. */
  int elements() {
    return elements;
  }

  /** Bytes of a block. */
  int bytes() {
    return bytes;
  }

  /** Writes the elements of the block at byte {@code at} from index {@code to}. */
  abstract void read(ByteBuffer data, int at, double[] target, int to);

  private static double half(ByteBuffer data, int at) {
    double[] value = new double[1];
    NumberType.F16.read(data, at, 1, value);
    return value[0];
  }

  /**
   * A scale or an offset of a group, of which the last four have their upper bits with the first.
   *
   * @param kind 0 for scales, 4 for offsets
   */
  private static int sixBits(ByteBuffer data, int at, int group, int kind) {
    if (group < 4) {
      return data.get(at + group + kind) & 0x3f;
    }
    int lower = data.get(at + group + 4) >> kind & 0xf;
    int upper = data.get(at + group - 4 + kind) >> 6 & 3;
    return lower | upper << 4;
  }
}
