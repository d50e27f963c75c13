package io.isotherm.client;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensors;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * A copy of one layer's weights that waits to be published.
 *
 * @param id whose weights
 * @param traceparent shared by all layers of the step
 * @param dtype of the weights
 * @param shape of the weights, in PyTorch's order
 * @param weights from position to limit, in a buffer of the pool
 */
record PendingSnapshot(
    SnapshotId id, String traceparent, DType dtype, List<Long> shape, ByteBuffer weights) {

  /**
   * The safetensors document: its header, written now and not by the training thread, and the
   * weights.
   */
  List<ByteBuffer> document() {
    byte[] header = SafeTensors.header(id.layer(), dtype, shape, Map.of());
    return List.of(ByteBuffer.wrap(header), weights);
  }
}
