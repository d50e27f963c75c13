package io.isotherm.client;

import io.isotherm.contracts.snapshot.SnapshotId;
import java.nio.ByteBuffer;

/**
 * A copy of one layer's weights that waits to be published.
 *
 * @param id whose weights
 * @param traceparent shared by all layers of the step
 * @param document safetensors, from position to limit, in a buffer of the pool
 */
record PendingSnapshot(SnapshotId id, String traceparent, ByteBuffer document) {}
