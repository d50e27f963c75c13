package io.isotherm.checkpoints.formats.gguf;

import io.isotherm.checkpoints.formats.HeaderInput;
import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.TensorFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a GGUF file says before its tensors; of the metadata only the whole numbers are kept. */
final class GgufHeader {

  /** What the header says of a tensor. */
  record Described(String name, List<Long> shape, long type, long offset) {
    Described {
      shape = List.copyOf(shape);
    }
  }

  private static final List<Long> VERSIONS = List.of(2L, 3L);
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  /** Bytes of the values of each type; 0 for strings and arrays. */
  private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private static final long UINT32 = 4;
  private static final int MAX_NESTING = 4;
  private static final int MAX_NAME = 1024;
  private static final int MAX_DIMENSIONS = 4;
  private static final String ALIGNMENT = "general.alignment";
  private static final long USUAL_ALIGNMENT = 32;

  private final HeaderInput in;
  private final Map<String, Long> numbers = new HashMap<>();
  private final List<Described> tensors = new ArrayList<>();

  private GgufHeader(HeaderInput in) {
    this.in = in;
  }

  /**
   * Reads up to the last description.
   *
   * @throws MalformedFileException with one line, if anything is wrong with it
   */
  static GgufHeader read(HeaderInput in) throws IOException {
    GgufHeader header = new GgufHeader(in);
    header.read();
    return header;
  }

  private void read() throws IOException {
    in.skip(GgufFormat.MAGIC.length);
    long version = in.unsignedInt();
    if (!VERSIONS.contains(version)) {
      throw new MalformedFileException(
          VERSIONS.contains((long) Integer.reverseBytes((int) version))
              ? "it is GGUF of a big-endian machine; convert it again for a little-endian one"
              : "GGUF of version %d is not read, only 2 and 3; convert it again"
                  .formatted(version));
    }
    long tensorCount = in.count();
    long metadataCount = in.count();
    if (tensorCount > TensorFormat.MAX_TENSORS) {
      throw new MalformedFileException(
          "it must hold at most %d tensors, got: %d"
              .formatted(TensorFormat.MAX_TENSORS, tensorCount));
    }
    for (long i = 0; i < metadataCount; i++) {
      metadata();
    }
    for (long i = 0; i < tensorCount; i++) {
      tensors.add(tensor());
    }
  }

  private void metadata() throws IOException {
    String key = name("a key of the metadata");
    long type = in.unsignedInt();
    if (type == UINT32) {
      numbers.put(key, in.unsignedInt());
    } else if (type == 2) {
      numbers.put(key, (long) in.unsignedShort());
    } else {
      skipValue(type, 0);
    }
  }

  private void skipValue(long type, int depth) throws IOException {
    if (type >= SIZES.length || depth > MAX_NESTING) {
      throw new MalformedFileException(
          "the metadata has a value of type %d in %d arrays".formatted(type, depth));
    }
    if (type == STRING) {
      in.skip(in.count());
    } else if (type == ARRAY) {
      long elements = in.unsignedInt();
      long count = in.count();
      if (elements < SIZES.length && SIZES[(int) elements] > 0) {
        in.skip(count > Long.MAX_VALUE / Long.BYTES ? count : count * SIZES[(int) elements]);
        return;
      }
      for (long i = 0; i < count; i++) {
        skipValue(elements, depth + 1);
      }
    } else {
      in.skip(SIZES[(int) type]);
    }
  }

  private Described tensor() throws IOException {
    String name = name("a tensor");
    String shown = OneLine.quoted(name);
    long rank = in.unsignedInt();
    if (rank > MAX_DIMENSIONS) {
      throw new MalformedFileException(
          "tensor %s must have at most %d dimensions, got: %d"
              .formatted(shown, MAX_DIMENSIONS, rank));
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      shape.add(in.count());
    }
    // The file's first dimension is the fastest.
    Collections.reverse(shape);
    return new Described(name, shape, in.unsignedInt(), in.count());
  }

  private String name(String what) throws IOException {
    long length = in.count();
    if (length > MAX_NAME) {
      throw new MalformedFileException(
          "the name of %s must have at most %d bytes, got: %d".formatted(what, MAX_NAME, length));
    }
    return in.text(length);
  }

  /** Where offsets of tensors count from, and what they are multiples of. */
  long dataStart() throws MalformedFileException {
    long alignment = numbers.getOrDefault(ALIGNMENT, USUAL_ALIGNMENT);
    if (Long.bitCount(alignment) != 1) {
      throw new MalformedFileException(
          "%s must be a power of two, got: %d".formatted(ALIGNMENT, alignment));
    }
    return (in.position() + alignment - 1) / alignment * alignment;
  }

  /** The tensors, in the file's order. */
  List<Described> tensors() {
    return Collections.unmodifiableList(tensors);
  }

  /** Which of several files this is, in words; empty if it is the only one. */
  Optional<String> part() {
    long parts = numbers.getOrDefault("split.count", 0L);
    return parts > 1
        ? Optional.of(
            "part %d of %d of a checkpoint"
                .formatted(numbers.getOrDefault("split.no", 0L) + 1, parts))
        : Optional.empty();
  }
}
