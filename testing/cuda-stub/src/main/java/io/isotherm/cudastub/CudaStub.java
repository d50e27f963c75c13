package io.isotherm.cudastub;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * The libraries, built once in a process, and what tests can tell them. There is one state for all
 * who load them in this process.
 */
public final class CudaStub {

  private static final String COMPILER = "cc";

  /** Kernels are compiled as C++, when a solver asks for it. */
  private static final String KERNEL_COMPILER = "c++";

  private static final String RUNTIME = "libcudart.so.13";

  /** What links against the first, which knows what lives. */
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "cublas.c", "libcublas.so.13",
          "cusolver.c", "libcusolver.so.12",
          "nvrtc.c", "libnvrtc.so.13",
          "cuda.c", "libcuda.so.1");

  private static final List<String> OTHER_SOURCES =
      List.of("cudastub.h", "cuda_on_cpu.h", "launch.cpp", "cudart.c");

  private static Path folder;
  private static Control control;

  private CudaStub() {}

  /** Functions of the stub that CUDA does not have. */
  private interface Control extends Library {
    void stubReset();

    void stubDevices(int count);

    void stubDriver(int version);

    void stubMemory(long bytes);

    void stubShared(int bytes);

    void stubRoundSums();

    void stubPlant(String call, int error, int stays);

    void stubLive(int[] counts);

    int stubRefusals();
  }

  /**
   * What lives in this process.
   *
   * @param deviceBlocks blocks of memory on devices
   * @param pinnedBlocks blocks of memory that the host has pinned
   * @param handles streams, events and handles of the libraries
   */
  public record Live(int deviceBlocks, int pinnedBlocks, int handles) {}

  /** Where the libraries lie. The test is skipped, and says so, if there is no C compiler. */
  public static synchronized Path folder() {
    if (folder == null) {
      Assumptions.assumeTrue(
          isThere(COMPILER) && isThere(KERNEL_COMPILER),
          "no compilers 'cc' and 'c++' are here, so nothing of CUDA is tested");
      try {
        folder = build();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      control = Native.load(folder.resolve(RUNTIME).toString(), Control.class);
    }
    return folder;
  }

  private static boolean isThere(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }

  private static Path build() throws IOException {
    Path built = Files.createTempDirectory("cuda-stub");
    for (String source : OTHER_SOURCES) {
      copy(source, built);
    }
    compile(built, "cudart.c", RUNTIME, List.of("-pthread"));
    for (Map.Entry<String, String> library : LIBRARIES.entrySet()) {
      copy(library.getKey(), built);
      compile(
          built,
          library.getKey(),
          library.getValue(),
          List.of("-L.", "-l:" + RUNTIME, "-lm", "-ldl", "-pthread"));
    }
    return built;
  }

  private static void copy(String source, Path folder) throws IOException {
    try (InputStream text = CudaStub.class.getResourceAsStream(source)) {
      Files.copy(text, folder.resolve(source));
    }
  }

  private static void compile(Path folder, String source, String library, List<String> more)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                COMPILER,
                "-std=gnu11",
                "-O2",
                "-fPIC",
                "-shared",
                "-Wl,-soname," + library,
                "-Wl,-rpath,$ORIGIN",
                "-o",
                library,
                source));
    command.addAll(more);
    Process compiler =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (compiler.waitFor() != 0) {
        throw new IOException("%s failed: %s".formatted(String.join(" ", command), said));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** One device of 1 GiB that works, with a driver for CUDA 13. What lives goes on living. */
  public static void reset() {
    control().stubReset();
  }

  /** Has the machine so many devices, 2 at most. */
  public static void devices(int count) {
    control().stubDevices(count);
  }

  /** Has the driver be for a CUDA, such as 12040 for 12.4; 0 if there shall be no driver. */
  public static void driver(int version) {
    control().stubDriver(version);
  }

  /** Has every device so much memory. */
  public static void memory(long bytes) {
    control().stubMemory(bytes);
  }

  /** Has every multiprocessor so much memory of its own; libraries that are loaded then see it. */
  public static void shared(int bytes) {
    control().stubShared(bytes);
  }

  /**
   * Has products of matrices in single precision be summed as a device does, one product after the
   * other and rounded each time. Otherwise they are summed in double precision.
   */
  public static void roundSums() {
    control().stubRoundSums();
  }

  /**
   * Has the next call of a function fail.
   *
   * @param call the function's name, without a version at its end
   * @param error of the runtime
   * @param stays whether all later calls fail likewise, as those on a poisoned context do
   */
  public static void plant(String call, int error, boolean stays) {
    control().stubPlant(call, error, stays ? 1 : 0);
  }

  /** What lives now. */
  public static Live live() {
    int[] counts = new int[3];
    control().stubLive(counts);
    return new Live(counts[0], counts[1], counts[2]);
  }

  /** How many calls were refused since the last {@link #reset()}; why stands on standard error. */
  public static int refusals() {
    return control().stubRefusals();
  }

  private static Control control() {
    folder();
    return control;
  }
}
