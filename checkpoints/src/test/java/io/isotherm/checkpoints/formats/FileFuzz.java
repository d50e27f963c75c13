package io.isotherm.checkpoints.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.safetensors.TensorFile;
import io.isotherm.safetensors.TensorFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** What must hold of any file that a reader is given. */
public final class FileFuzz {

  /**
   * What a reader may allocate for a file, whatever it claims: buffers, and its own size's worth.
   */
  private static final long FIXED_BYTES = 1 << 20;

  private static final long BYTES_PER_BYTE = 150;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private FileFuzz() {}

  /**
   * Reads a good file and a broken one: what the first take is for classes, and of no later one.
   */
  public static void loadClasses(TensorFormat format, Path good, Path folder) throws Exception {
    assertThat(format.open(good).tensors()).isNotEmpty();
    byte[] content = Files.readAllBytes(good);
    Path broken = Files.write(folder.resolve("broken"), Arrays.copyOf(content, 40));
    assertThatThrownBy(() -> format.open(broken)).isInstanceOf(MalformedFileException.class);
  }

  /** Whether a file is read; if it is, its tensors lie inside it, and if not, one line says why. */
  public static boolean isRead(TensorFormat format, Path path) throws Exception {
    long length = Files.size(path);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    TensorFile file;
    try {
      file = format.open(path);
    } catch (MalformedFileException e) {
      assertOneLine(path, e);
      return false;
    } finally {
      assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
          .isLessThan(FIXED_BYTES + BYTES_PER_BYTE * length);
    }
    List<String> names = file.tensors().stream().map(TensorEntry::name).toList();
    assertThat(new HashSet<>(names)).hasSameSizeAs(names);
    for (TensorEntry tensor : file.tensors()) {
      assertThat(tensor.byteLength()).isLessThanOrEqualTo(length);
      try {
        file.readBytes(tensor, 0, ByteBuffer.allocate((int) tensor.byteLength()));
      } catch (IOException e) {
        assertOneLine(path, e);
        return false;
      }
    }
    return true;
  }

  private static void assertOneLine(Path path, IOException e) {
    assertThat(e.getMessage())
        .startsWith(path.toString())
        .doesNotContain("\n", "\r")
        .hasSizeLessThanOrEqualTo(OneLine.MAX_LENGTH);
  }
}
