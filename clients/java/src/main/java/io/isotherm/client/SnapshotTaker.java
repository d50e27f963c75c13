package io.isotherm.client;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies weights into buffers of the pool and queues them. For the training thread. */
final class SnapshotTaker {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);

  /** A document is one buffer for whoever receives it, and has its header before the weights. */
  private static final long MAX_WEIGHT_BYTES = (2047L << 20) - SafeTensors.MAX_HEADER_BYTES;

  private final RunDescription run;
  private final SnapshotPool pool;
  private final SnapshotQueue queue;
  private final SnapshotCounts counts;
  private boolean failureLogged;
  private boolean shortageLogged;
  private final Set<String> tooLargeLogged = new HashSet<>();

  SnapshotTaker(RunDescription run, SnapshotPool pool, SnapshotQueue queue, SnapshotCounts counts) {
    this.run = run;
    this.pool = pool;
    this.queue = queue;
    this.counts = counts;
  }

  /** Copies all layers. Each is counted as taken, and as dropped if it could not be queued. */
  void take(long step, int epoch, LayerWeights weights) {
    String traceparent = TraceParent.next();
    for (LayerDescription layer : run.layers()) {
      counts.take();
      try {
        SnapshotId id = new SnapshotId(run.run(), run.incarnation(), step, epoch, layer.name());
        DType dtype = weights.dtype(layer);
        long bytes = dataBytes(layer, dtype);
        Optional<String> tooLarge = tooLarge(bytes);
        if (tooLarge.isPresent()) {
          counts.drop();
          logTooLarge(layer, step, tooLarge.get());
          continue;
        }
        Optional<ByteBuffer> copy = copy(id, layer, (int) bytes, weights);
        if (copy.isPresent()) {
          queue
              .add(new PendingSnapshot(id, traceparent, dtype, layer.shape(), copy.get()))
              .ifPresent(this::drop);
        } else {
          counts.drop();
          logShortage(step);
        }
      } catch (RuntimeException | LinkageError e) {
        counts.drop();
        logFailure(layer, step, e);
      }
    }
  }

  private Optional<ByteBuffer> copy(
      SnapshotId id, LayerDescription layer, int bytes, LayerWeights weights) {
    Optional<ByteBuffer> buffer = buffer(id, bytes);
    if (buffer.isEmpty()) {
      return buffer;
    }
    ByteBuffer copy = buffer.get();
    try {
      weights.copyTo(layer, copy.slice().order(ByteOrder.LITTLE_ENDIAN));
    } catch (RuntimeException | LinkageError e) {
      pool.release(copy);
      throw e;
    }
    return buffer;
  }

  /** A buffer from the pool; the oldest snapshots that wait make room for it. */
  private Optional<ByteBuffer> buffer(SnapshotId id, int bytes) {
    Optional<ByteBuffer> buffer = pool.acquire(bytes);
    while (buffer.isEmpty() && pool.couldHold(bytes)) {
      Optional<PendingSnapshot> oldest = queue.poll();
      if (oldest.isEmpty()) {
        return buffer;
      }
      if (oldest.get().id().step() == id.step()) {
        logShortage(id.step());
      }
      drop(oldest.get());
      buffer = pool.acquire(bytes);
    }
    return buffer;
  }

  private void drop(PendingSnapshot snapshot) {
    counts.drop();
    pool.release(snapshot.weights());
  }

  private static long dataBytes(LayerDescription layer, DType dtype) {
    long bytes = dtype.bytes();
    for (long dimension : layer.shape()) {
      bytes = Math.multiplyExact(bytes, dimension);
    }
    return bytes;
  }

  private void logFailure(LayerDescription layer, long step, Throwable failure) {
    if (!failureLogged) {
      failureLogged = true;
      LOG.warn(
          "weights not copied, further failures are only counted run={} incarnation={} layer={} step={}",
          run.run(),
          run.incarnation(),
          layer.name(),
          step,
          failure);
    }
  }

  /** Why a layer with so many bytes of weights cannot be published, if it cannot. */
  static Optional<String> tooLarge(long bytes) {
    return bytes <= MAX_WEIGHT_BYTES
        ? Optional.empty()
        : Optional.of(
            "its weights have %d bytes and a snapshot at most %d: give them in 16 bits, or leave the layer out of the run"
                .formatted(bytes, MAX_WEIGHT_BYTES));
  }

  private void logTooLarge(LayerDescription layer, long step, String reason) {
    if (tooLargeLogged.add(layer.name())) {
      LOG.warn(
          "layer not published run={} incarnation={} layer={} step={} reason=\"{}\"",
          run.run(),
          run.incarnation(),
          layer.name(),
          step,
          reason);
    }
  }

  private void logShortage(long step) {
    if (!shortageLogged) {
      shortageLogged = true;
      LOG.warn(
          "snapshot incomplete run={} incarnation={} step={} reason=\"bufferBytes does not hold one snapshot of all layers; raise it, or layers will be missing\"",
          run.run(),
          run.incarnation(),
          step);
    }
  }
}
