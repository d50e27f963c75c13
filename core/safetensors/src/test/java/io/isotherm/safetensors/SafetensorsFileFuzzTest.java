package io.isotherm.safetensors;

import static io.isotherm.safetensors.SafetensorsFileTest.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.isotherm.checks.OneLine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileFuzzTest {

  private static final long SEED = 20_260_102;
  private static final int MUTATIONS = 4_000;
  private static final int RANDOM_FILES = 1_000;

  /**
   * What a reader may allocate for a file, whatever it claims: buffers, and its own size's worth.
   */
  private static final long FIXED_BYTES = 512 << 10;

  private static final long BYTES_PER_BYTE = 100;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  /** What the first files take is for classes, and of no later one. */
  @BeforeEach
  void loadClasses() throws IOException, MalformedSafetensorsException {
    assertThat(SafetensorsFile.open(Files.write(folder.resolve("first"), valid())).tensors())
        .isNotEmpty();
    Path broken = Files.write(folder.resolve("first"), new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{', 1});
    assertThatThrownBy(() -> SafetensorsFile.open(broken))
        .isInstanceOf(MalformedSafetensorsException.class);
    Path text = Files.writeString(folder.resolve("first"), "no header at all");
    assertThatThrownBy(() -> SafetensorsFile.open(text))
        .isInstanceOf(MalformedSafetensorsException.class);
  }

  @Test
  void mutatedFileGivesTensorsThatLieInsideItOrTheOneException() throws IOException {
    byte[] valid = valid();
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      if (isRead(Mutations.mutate(valid, random))) {
        read++;
      }
    }

    // Both answers must occur, or the mutations are too tame or too wild to say anything.
    assertThat(read).isBetween(MUTATIONS / 50, MUTATIONS / 2);
  }

  @Test
  void randomBytesBehindAPlausibleLengthAreRefused() throws IOException {
    Random random = new Random(SEED);
    for (int i = 0; i < RANDOM_FILES; i++) {
      byte[] bytes = new byte[8 + random.nextInt(600)];
      random.nextBytes(bytes);
      int plausible = random.nextInt(3);
      if (plausible > 0) {
        ByteBuffer.wrap(bytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0, random.nextInt(bytes.length));
      }
      if (plausible > 1 && bytes.length > 8) {
        bytes[8] = '{';
      }

      assertThat(isRead(bytes)).as("random file %d", i).isFalse();
    }
  }

  @Test
  void mutatedIndexGivesACheckpointOrOneLine() throws IOException {
    Files.write(folder.resolve("model-1.safetensors"), valid());
    Path index = folder.resolve("index.json");
    byte[] json =
        ("{\"metadata\":{\"total_size\":100},\"weight_map\":{\"conv.weight\":"
                + "\"model-1.safetensors\",\"fc.weight\":\"model-1.safetensors\"}}")
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < MUTATIONS / 2; i++) {
      Files.write(index, Mutations.mutate(json, random));
      try {
        assertThat(Checkpoint.open(index).tensors())
            .allSatisfy(tensor -> assertThat(tensor.file().path().getParent()).isEqualTo(folder));
        read++;
      } catch (IOException | MalformedSafetensorsException e) {
        assertOneLine(e);
      }
    }

    assertThat(read).isBetween(MUTATIONS / 200, MUTATIONS / 2);
  }

  private boolean isRead(byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("model.safetensors"), content);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    SafetensorsFile read;
    try {
      read = SafetensorsFile.open(file);
    } catch (MalformedSafetensorsException e) {
      assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
          .isLessThan(FIXED_BYTES + BYTES_PER_BYTE * content.length);
      assertOneLine(e);
      return false;
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .isLessThan(FIXED_BYTES + BYTES_PER_BYTE * content.length);
    assertTensorsLieInside(read, content);
    return true;
  }

  private static void assertTensorsLieInside(SafetensorsFile file, byte[] content)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(content.length);
    List<String> names = new ArrayList<>();
    long total = 0;
    for (TensorEntry tensor : file.tensors()) {
      names.add(tensor.name());
      total += tensor.byteLength();
      assertThat(tensor.end()).isLessThanOrEqualTo(content.length);
      if (tensor.dtype().isPresent() && tensor.shape().size() <= SafeTensor.MAX_RANK) {
        assertThat(file.read(tensor, buffer).data().remaining()).isEqualTo(tensor.byteLength());
      }
    }
    assertThat(new HashSet<>(names)).hasSameSizeAs(names);
    assertThat(total).isLessThan(content.length);
  }

  private static void assertOneLine(Exception e) {
    assertThat(e.getMessage())
        .isNotBlank()
        .doesNotContain("\n", "\r")
        .hasSizeLessThanOrEqualTo(OneLine.MAX_LENGTH);
  }

  private byte[] valid() throws IOException {
    Path file = folder.resolve("valid.safetensors");
    SafetensorsFile.write(
        file,
        Map.of("format", "pt"),
        List.of(
            tensor("conv.weight", DType.F32, 2, 1, 1, 1),
            tensor("fc.weight", DType.F16, 2, 3),
            tensor("fc.bias", DType.BF16, 2),
            tensor("none", DType.F64, 0)));
    return Files.readAllBytes(file);
  }
}
