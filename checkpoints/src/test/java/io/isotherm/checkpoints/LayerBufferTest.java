package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class LayerBufferTest {

  @Test
  void bufferIsMadeOnceForTheLargestTensor() {
    LayerBuffer buffer = new LayerBuffer(1_000, ByteBuffer::allocate);

    ByteBuffer first = buffer.of(10);

    assertThat(first.capacity()).isEqualTo(1_000);
    assertThat(buffer.of(1_000)).isSameAs(first);
  }

  @Test
  void tensorWithoutMemoryCostsItselfAndNotTheSmallerOnes() {
    LayerBuffer buffer =
        new LayerBuffer(
            1_000,
            bytes -> {
              if (bytes > 500) {
                throw new OutOfMemoryError("Cannot reserve " + bytes + " bytes");
              }
              return ByteBuffer.allocate(bytes);
            });

    assertThat(buffer.of(100).capacity()).isEqualTo(100);
    assertThatThrownBy(() -> buffer.of(1_000)).isInstanceOf(OutOfMemoryError.class);
    assertThat(buffer.of(400).capacity()).isEqualTo(400);
  }
}
