package io.isotherm.gpucheck.torch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightKind;
import io.isotherm.gpucheck.work.Shape;
import io.isotherm.safetensors.DType;
import java.util.List;

/** {@code torch.linalg.svdvals} on a GPU or on the CPU, in its own process. */
public final class Torch implements AutoCloseable {

  private final String python;
  private final String device;
  private TorchProcess process;

  /**
   * Starts Python and waits until torch is loaded.
   *
   * @param device {@code cuda} or {@code cpu}
   * @throws TorchException if there is no Python, no torch in it, or no GPU for it
   */
  public Torch(String python, String device) throws TorchException {
    this.python = python;
    this.device = device;
    this.process = new TorchProcess(python, device);
  }

  /** Version and device. */
  public String description() {
    return process.description();
  }

  /**
   * Seconds for the singular values of equal matrices in one call, their weights being on the
   * device.
   *
   * @param seconds to measure for
   * @param patience after which the process is ended; the next call starts another
   * @throws TorchException if it fails or takes longer
   */
  public double matrices(Shape shape, DType dtype, double seconds, double patience)
      throws TorchException {
    ObjectNode request = request(dtype, seconds);
    ArrayNode sizes = request.putArray("matrices");
    if (shape.count() > 1) {
      sizes.add(shape.count());
    }
    sizes.add(shape.rows()).add(shape.columns());
    return ask(request, patience);
  }

  /**
   * Seconds for the alphas of layers, one after the other, their weights being on the device.
   *
   * @param seconds to measure for
   * @param patience after which the process is ended; the next call starts another
   * @throws TorchException if it fails or takes longer
   */
  public double layers(
      List<LayerShape> layers, WeightKind kind, DType dtype, double seconds, double patience)
      throws TorchException {
    ObjectNode request = request(dtype, seconds);
    request.put("decaying", kind == WeightKind.DECAYING);
    ArrayNode list = request.putArray("layers");
    layers.forEach(layer -> layer.dimensions().forEach(list.addArray()::add));
    return ask(request, patience);
  }

  private static ObjectNode request(DType dtype, double seconds) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("bfloat16", dtype == DType.BF16)
        .put("seconds", seconds);
  }

  private double ask(ObjectNode request, double patience) throws TorchException {
    if (!process.isAlive()) {
      process.close();
      process = new TorchProcess(python, device);
    }
    return process.ask(request, patience).path("seconds").asDouble();
  }

  @Override
  public void close() {
    process.close();
  }
}
