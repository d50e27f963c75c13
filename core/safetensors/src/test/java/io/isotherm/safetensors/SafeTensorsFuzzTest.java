package io.isotherm.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.isotherm.checks.OneLine;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SafeTensorsFuzzTest {

  private static final long SEED = 20_260_101;
  private static final int MUTATIONS = 5_000;

  /** Far above what parsing a header of 100 bytes takes, far below what a header can claim. */
  private static final long MAX_ALLOCATED_BYTES = 4 << 20;

  @Test
  void mutatedDocumentGivesATensorOrTheOneException() {
    byte[] valid =
        SafeTensors.write(
                new SafeTensor(
                    "w",
                    DType.F32,
                    List.of(2L, 3L),
                    Map.of(SafeTensor.LAYOUT, "in,out"),
                    ByteBuffer.allocate(24)))
            .array();
    Random random = new Random(SEED);
    int read = 0;
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = Mutations.mutate(valid, random);
      try {
        SafeTensor tensor = SafeTensors.read(ByteBuffer.wrap(mutated));
        assertThat(tensor.data().remaining())
            .isEqualTo(tensor.elementCount() * tensor.dtype().bytes());
        read++;
      } catch (MalformedSafetensorsException e) {
        assertThat(e.getMessage())
            .isNotBlank()
            .doesNotContain("\n")
            .hasSizeLessThanOrEqualTo(OneLine.MAX_LENGTH);
        refused++;
      }
    }

    // Both answers must occur, or the mutations are too tame or too wild to say anything.
    assertThat(read).isGreaterThan(MUTATIONS / 100);
    assertThat(refused).isGreaterThan(MUTATIONS / 2);
  }

  @Test
  void claimsOfTheHeaderAreNotAllocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<ByteBuffer> liars =
        List.of(
            ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, 0x7f, '{', '}'}),
            ByteBuffer.wrap(new byte[] {-1, -1, -1, 0x7f, 0, 0, 0, 0, '{', '}'}),
            SafeTensorsTest.document(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[500000000],\"data_offsets\":[0,2000000000]}}",
                8));
    for (ByteBuffer liar : liars) {
      refuse(liar);
      long before = threads.getCurrentThreadAllocatedBytes();

      refuse(liar);

      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MAX_ALLOCATED_BYTES);
    }
  }

  private static void refuse(ByteBuffer document) {
    try {
      SafeTensors.read(document);
      throw new AssertionError("read a document that claims more than it has");
    } catch (MalformedSafetensorsException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
