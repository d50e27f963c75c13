package io.isotherm.client;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

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
  private final IntFunction<ByteBuffer> memory;
  private volatile long limit;

  SnapshotPool(long limit) {
    this(limit, ByteBuffer::allocateDirect);
  }

  /** A pool whose buffers of a capacity come from {@code memory}. */
  SnapshotPool(long limit, IntFunction<ByteBuffer> memory) {
    this.limit = limit;
    this.memory = memory;
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
      return memory.apply(capacity);
    } catch (OutOfMemoryError e) {
      // The JVM's own bound on direct memory (-XX:MaxDirectMemorySize) is lower than ours. Each
      // further try would cost the training thread a full garbage collection, so ours comes down.
      // Halfway only: a layer that was too large must not keep the smaller ones out.
      limit = allocated.addAndGet(-capacity) + capacity / 2;
      return null;
    }
  }

  private static int capacityFor(int bytes) {
    return (int) Math.min(Integer.MAX_VALUE, (bytes + PAGE - 1) / PAGE * PAGE);
  }
}
