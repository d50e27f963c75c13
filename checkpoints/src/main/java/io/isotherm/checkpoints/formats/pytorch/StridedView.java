package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.safetensors.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A tensor whose elements lie in a storage as its offset and strides say. */
final class StridedView {

  /** What is read of a storage at once where the elements are not neighbours. */
  private static final int WINDOW = 16 << 10;

  private static final int MAX_RANK = 64;

  private final TensorEntry entry;
  private final PickleValue.Tensor tensor;
  private final StorageBytes storage;

  private StridedView(TensorEntry entry, PickleValue.Tensor tensor, StorageBytes storage) {
    this.entry = entry;
    this.tensor = tensor;
    this.storage = storage;
  }

  /**
   * A tensor that has been found to lie inside its storage.
   *
   * @throws MalformedFileException with one line, if it does not
   */
  static StridedView of(String name, PickleValue.Tensor tensor, StorageBytes storage)
      throws MalformedFileException {
    String shown = OneLine.quoted(name);
    List<Long> sizes = tensor.sizes();
    if (sizes.size() != tensor.strides().size() || sizes.size() > MAX_RANK) {
      throw new MalformedFileException(
          "tensor %s has sizes %s and strides %s".formatted(shown, sizes, tensor.strides()));
    }
    try {
      long count = sizes.stream().reduce(1L, Math::multiplyExact);
      long end = count == 0 ? tensor.offset() : Math.addExact(last(tensor), 1);
      int bytes = tensor.type().bytes();
      if (Math.multiplyExact(end, bytes) > storage.length()) {
        throw new MalformedFileException(
            "tensor %s ends at byte %d of its storage, which has %d"
                .formatted(shown, end * bytes, storage.length()));
      }
      long begin = tensor.offset() * bytes;
      TensorEntry entry =
          new TensorEntry(
              name,
              tensor.type().label(),
              sizes,
              begin,
              Math.addExact(begin, Math.multiplyExact(count, bytes)));
      return new StridedView(entry, tensor, storage);
    } catch (ArithmeticException e) {
      throw new MalformedFileException(
          "sizes of tensor %s overflow, got: %s".formatted(shown, sizes), e);
    }
  }

  /** The storage's index of the last element. */
  private static long last(PickleValue.Tensor tensor) {
    long last = tensor.offset();
    for (int i = 0; i < tensor.sizes().size(); i++) {
      last =
          Math.addExact(
              last, Math.multiplyExact(tensor.sizes().get(i) - 1, tensor.strides().get(i)));
    }
    return last;
  }

  TensorEntry entry() {
    return entry;
  }

  /** Whether elements are said to be there that the storage has no place for, as repeated ones. */
  boolean isExpanded() {
    return entry.byteLength() > storage.length();
  }

  /** Fills {@code target} with the elements' bytes in the order of their indices. */
  void read(long from, ByteBuffer target) throws IOException {
    TensorFile.requireInside(entry, from, target);
    if (!target.hasRemaining()) {
      return;
    }
    try (StorageBytes.Open open = storage.open()) {
      if (isContiguous()) {
        open.read(entry.begin() + from, target);
      } else {
        gather(open, from, target);
      }
    }
  }

  private boolean isContiguous() {
    long expected = 1;
    for (int i = tensor.sizes().size() - 1; i >= 0; i--) {
      if (tensor.sizes().get(i) != 1 && tensor.strides().get(i) != expected) {
        return false;
      }
      expected *= tensor.sizes().get(i);
    }
    return true;
  }

  /** Goes through the storage in its own order, so that it is read in one sweep. */
  private void gather(StorageBytes.Open open, long from, ByteBuffer target) throws IOException {
    int rank = tensor.sizes().size();
    int bytes = tensor.type().bytes();
    long[] places = new long[rank];
    long inner = 1;
    for (int i = rank - 1; i >= 0; i--) {
      places[i] = inner;
      inner *= tensor.sizes().get(i);
    }
    long first = from / bytes;
    long last = (from + target.remaining() - 1) / bytes;
    long[] begin = new long[rank];
    long[] end = tensor.sizes().stream().mapToLong(Long::longValue).toArray();
    // Of the slowest dimension only what is asked for.
    begin[0] = first / places[0];
    end[0] = last / places[0] + 1;
    int[] order =
        IntStream.range(0, rank)
            .boxed()
            .sorted(Comparator.comparing((Integer i) -> tensor.strides().get(i)))
            .mapToInt(Integer::intValue)
            .toArray();
    Window window = new Window(open, storage.length());
    long[] index = begin.clone();
    while (true) {
      long place = 0;
      long at = tensor.offset();
      for (int i = 0; i < rank; i++) {
        place += index[i] * places[i];
        at += index[i] * tensor.strides().get(i);
      }
      if (place >= first && place <= last) {
        window.copy(at * bytes, bytes, place * bytes - from, target);
      }
      int turn = 0;
      while (turn < rank && ++index[order[turn]] == end[order[turn]]) {
        index[order[turn]] = begin[order[turn]];
        turn++;
      }
      if (turn == rank) {
        return;
      }
    }
  }

  /** A piece of a storage. */
  private static final class Window {
    private final StorageBytes.Open open;
    private final long length;
    private final ByteBuffer piece = ByteBuffer.allocate(WINDOW);
    private long begin;
    private long end;

    Window(StorageBytes.Open open, long length) {
      this.open = open;
      this.length = length;
    }

    /** Copies an element to {@code to}, of which a part may lie outside of the target. */
    void copy(long at, int bytes, long to, ByteBuffer target) throws IOException {
      if (at < begin || at + bytes > end) {
        begin = at;
        end = Math.min(length, at + WINDOW);
        piece.clear().limit((int) (end - begin));
        open.read(begin, piece);
      }
      int from = (int) (at - begin);
      for (int i = 0; i < bytes; i++) {
        if (to + i >= 0 && to + i < target.remaining()) {
          target.put(target.position() + (int) to + i, piece.get(from + i));
        }
      }
    }
  }
}
