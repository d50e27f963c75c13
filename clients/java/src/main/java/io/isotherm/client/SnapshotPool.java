package io.isotherm.client;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Direct buffers under a bound of bytes, kept for reuse. Lock-free: the training thread takes, the
 * training thread and the publisher give back, and neither ever waits for the other.
 *
 * <p>A network asks for the same sizes again and again, so buffers are kept by size. A free buffer
 * of another size is let go when its room is needed; the JVM returns its memory with the next
 * garbage collection.
 */
final class SnapshotPool {

  private static final long PAGE = 4096;

  private final AtomicLong allocated = new AtomicLong();
  private final ConcurrentSkipListMap<Integer, Queue<ByteBuffer>> free =
      new ConcurrentSkipListMap<>();
  private volatile long limit;

  SnapshotPool(long limit) {
    this.limit = limit;
  }

  /** Whether the pool can hold that many bytes when nothing else is in it. */
  boolean couldHold(int bytes) {
    return capacityFor(bytes) <= limit;
  }

  /** A buffer with position 0 and limit {@code bytes}; empty if the bound is reached. */
  Optional<ByteBuffer> acquire(int bytes) {
    int capacity = capacityFor(bytes);
    ByteBuffer buffer = pollFree(capacity);
    if (buffer == null && reserve(capacity)) {
      buffer = allocate(capacity);
    }
    return buffer == null ? Optional.empty() : Optional.of(buffer.clear().limit(bytes));
  }

  /** Takes a buffer back, which its holder must not touch any more. */
  void release(ByteBuffer buffer) {
    free.computeIfAbsent(buffer.capacity(), size -> new ConcurrentLinkedQueue<>()).add(buffer);
  }

  /** Bytes of all buffers, in use and free. */
  long allocatedBytes() {
    return allocated.get();
  }

  private ByteBuffer pollFree(int capacity) {
    Queue<ByteBuffer> buffers = free.get(capacity);
    return buffers == null ? null : buffers.poll();
  }

  private boolean reserve(int capacity) {
    while (true) {
      long before = allocated.get();
      if (before + capacity <= limit) {
        if (allocated.compareAndSet(before, before + capacity)) {
          return true;
        }
      } else if (!discardOne()) {
        return false;
      }
    }
  }

  private boolean discardOne() {
    for (Map.Entry<Integer, Queue<ByteBuffer>> size : free.entrySet()) {
      if (size.getValue().poll() != null) {
        allocated.addAndGet(-size.getKey());
        return true;
      }
    }
    return false;
  }

  private ByteBuffer allocate(int capacity) {
    try {
      return ByteBuffer.allocateDirect(capacity);
    } catch (OutOfMemoryError e) {
      // The JVM's own bound on direct memory (-XX:MaxDirectMemorySize) is lower than ours. Each
      // further try would cost the training thread a full garbage collection, so ours comes down.
      limit = allocated.addAndGet(-capacity);
      return null;
    }
  }

  private static int capacityFor(int bytes) {
    return (int) Math.min(Integer.MAX_VALUE, (bytes + PAGE - 1) / PAGE * PAGE);
  }
}
