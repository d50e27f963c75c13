package io.isotherm.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxFileTest {

  @Test
  void readsShapeAndBytes() throws IOException {
    IdxFile file = read(idx(0x802, new int[] {2, 3}, 6));
    assertThat(file.shape()).isEqualTo(List.of(2, 3));
    assertThat(file.data()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @ParameterizedTest(name = "magic {0}")
  @CsvSource({"0", "0x800", "0x804", "0x901", "0x1000801"})
  void anotherKindOfFileIsRefused(String magic) {
    assertThatThrownBy(() -> read(idx(Integer.decode(magic), new int[] {1}, 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must begin with");
  }

  @Test
  void sizesAreCheckedBeforeMemoryIsTaken() {
    // Given: 2 GiB in 20 bytes, and a product that does not fit into 64 bits
    byte[] large = idx(0x801, new int[] {Integer.MAX_VALUE}, 0);
    byte[] overflowing = idx(0x803, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 8}, 0);

    // When, Then
    assertThatThrownBy(() -> read(large)).hasMessageContaining("at most 67108864 bytes");
    assertThatThrownBy(() -> read(overflowing)).hasMessageContaining("at most 67108864 bytes");
  }

  @Test
  void aNegativeDimensionIsRefused() {
    assertThatThrownBy(() -> read(idx(0x801, new int[] {-1}, 0)))
        .hasMessageContaining("dimension 0 must be 1 or more");
  }

  @Test
  void aFileThatIsCutShortIsRefused() {
    assertThatThrownBy(() -> read(idx(0x801, new int[] {7}, 6)))
        .isInstanceOf(IOException.class)
        .hasMessage("test: ends before its last element");
  }

  @Test
  void aFileThatGoesOnIsRefused() {
    assertThatThrownBy(() -> read(idx(0x801, new int[] {5}, 6)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must end after the 5 bytes");
  }

  private static IdxFile read(byte[] bytes) throws IOException {
    return IdxFile.read("test", new ByteArrayInputStream(bytes));
  }

  private static byte[] idx(int magic, int[] shape, int bytes) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * shape.length + bytes).putInt(magic);
    for (int size : shape) {
      buffer.putInt(size);
    }
    for (int i = 1; i <= bytes; i++) {
      buffer.put((byte) i);
    }
    return buffer.array();
  }
}
