package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/**
 * Brings bytes to the device, through two pinned buffers: the host fills one while the device reads
 * the other.
 */
final class Upload implements AutoCloseable {

  /** Of one buffer. */
  static final int STAGED_BYTES = 32 << 20;

  private static final int PIECE_BYTES = 4 << 20;

  private final CudaStream stream;
  private final PinnedMemory[] staging;
  private final Pointer[] copied;
  private int next;

  Upload(CudaStream stream) {
    this.stream = stream;
    staging = new PinnedMemory[] {stream.pinnedMemory(), stream.pinnedMemory()};
    copied = new Pointer[] {stream.createEvent(), stream.createEvent()};
  }

  /** Puts the copies of all bytes from the position on into the stream; they are read at once. */
  void send(ByteBuffer bytes, Pointer target) {
    for (long done = 0; done < bytes.remaining(); done += STAGED_BYTES) {
      int size = (int) Math.min(STAGED_BYTES, bytes.remaining() - done);
      fill(stage(size), bytes, bytes.position() + (int) done, size);
      send(target.share(done), size);
    }
  }

  /** One thread copies slower than the device reads. */
  private static void fill(ByteBuffer target, ByteBuffer bytes, int from, int size) {
    IntStream.rangeClosed(0, (size - 1) / PIECE_BYTES)
        .parallel()
        .map(piece -> piece * PIECE_BYTES)
        .forEach(at -> target.put(at, bytes, from + at, Math.min(PIECE_BYTES, size - at)));
  }

  /** As {@link #send(ByteBuffer, Pointer)}, each number as a long. */
  void sendLongs(int[] numbers, Pointer target) {
    int most = STAGED_BYTES / Long.BYTES;
    for (int done = 0; done < numbers.length; done += most) {
      int size = Math.min(most, numbers.length - done);
      ByteBuffer buffer = stage(size * Long.BYTES);
      for (int i = 0; i < size; i++) {
        buffer.putLong(i * Long.BYTES, numbers[done + i]);
      }
      send(target.share((long) done * Long.BYTES), size * Long.BYTES);
    }
  }

  /** The next buffer, once the device has read what was in it before. */
  private ByteBuffer stage(int bytes) {
    stream.await(copied[next]);
    staging[next].reserve(bytes);
    return staging[next].buffer(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Sends what was put into the buffer that was staged last. */
  private void send(Pointer target, int bytes) {
    stream.copy(target, staging[next].reserve(bytes), bytes, CudaRuntime.HOST_TO_DEVICE);
    stream.record(copied[next]);
    next = 1 - next;
  }

  @Override
  public void close() {
    for (PinnedMemory each : staging) {
      each.close();
    }
    for (Pointer event : copied) {
      int ignored = stream.runtime().cudaEventDestroy(event);
    }
  }
}
