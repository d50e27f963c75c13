package io.isotherm.benchmarks.workload;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A workload's weights, one layer after the other, as raw little-endian float32 in a file that is
 * deleted on {@link #close()}.
 */
public final class WeightFile implements AutoCloseable {

  private final Path path;
  private final Workload workload;

  private WeightFile(Path path, Workload workload) {
    this.path = path;
    this.workload = workload;
  }

  /** Generates the weights into a new file in {@code folder}. */
  public static WeightFile write(Path folder, Workload workload, long seed) throws IOException {
    WeightFile file = new WeightFile(Files.createTempFile(folder, "weights", ".f32"), workload);
    WeightGenerator generator = new WeightGenerator(workload.weights(), seed);
    try (FileChannel channel = FileChannel.open(file.path, StandardOpenOption.WRITE)) {
      for (LayerShape shape : workload.layers()) {
        ByteBuffer data = generator.next(shape);
        while (data.hasRemaining()) {
          channel.write(data);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return file;
  }

  /** Where the weights are. */
  public Path path() {
    return path;
  }

  /** What the file holds. */
  public Workload workload() {
    return workload;
  }

  /** The layers in memory, each in a buffer of its own as a received snapshot is. */
  public List<SafeTensor> load() throws IOException {
    List<SafeTensor> tensors = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      for (LayerShape shape : workload.layers()) {
        ByteBuffer data = ByteBuffer.allocate(shape.weights() * Float.BYTES);
        while (data.hasRemaining()) {
          if (channel.read(data) < 0) {
            throw new IOException(path + " ends before layer " + tensors.size());
          }
        }
        tensors.add(
            new SafeTensor(
                "layer-" + tensors.size(),
                DType.F32,
                shape.dimensions().stream().map(Integer::longValue).toList(),
                Map.of(),
                data.flip()));
      }
    }
    return tensors;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
