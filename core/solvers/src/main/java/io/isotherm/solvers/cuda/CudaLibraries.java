package io.isotherm.solvers.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import io.isotherm.spectra.SolverException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * CUDA's runtime, compiler, cuBLAS and cuSOLVER as this machine has them, of CUDA 13 or 12, bound
 * by name. Loaded once in a process.
 */
public final class CudaLibraries {

  /** A list of folders that are searched first: the lib folder of a toolkit or of wheels. */
  public static final String PATH_PROPERTY = "isotherm.cuda.path";

  private static final String TOO_OLD = "libcudart.so.11.0";

  /** More than the structure of device properties has in any version. */
  private static final int PROPERTIES_BYTES = 8192;

  private static CudaLibraries found;
  private static String broken;

  private static final String DRIVER = "libcuda.so.1";

  private final Release release;
  private final NativeLibrary solverLibrary;
  private final CudaRuntime runtime;
  private final CudaDriver driver;
  private final Nvrtc nvrtc;
  private final Cublas cublas;
  private final Cusolver cusolver;
  private final List<CudaDevice> devices;
  private final List<SharedDevice> shared;

  /** The libraries of one CUDA, by the names that programs link against. */
  private record Release(String runtime, String cublas, String cusolver, String nvrtc) {}

  /** The newest first. cuSOLVER's own number is not that of CUDA. */
  private static final List<Release> RELEASES =
      List.of(
          new Release("libcudart.so.13", "libcublas.so.13", "libcusolver.so.12", "libnvrtc.so.13"),
          new Release("libcudart.so.12", "libcublas.so.12", "libcusolver.so.11", "libnvrtc.so.12"));

  private CudaLibraries(Release release, Function<String, NativeLibrary> libraries) {
    this.release = release;
    runtime = Native.load(name(libraries.apply(release.runtime())), CudaRuntime.class);
    cublas = Native.load(name(libraries.apply(release.cublas())), Cublas.class);
    solverLibrary = libraries.apply(release.cusolver());
    cusolver = Native.load(name(solverLibrary), Cusolver.class);
    nvrtc = Native.load(name(libraries.apply(release.nvrtc())), Nvrtc.class);
    devices = IntStream.range(0, deviceCount()).mapToObj(this::describe).toList();
    driver = Native.load(name(libraries.apply(DRIVER)), CudaDriver.class);
    shared = devices.stream().map(device -> new SharedDevice(this, device)).toList();
  }

  /**
   * The libraries of this machine, after its driver was seen to answer. Looks once in a process.
   *
   * @throws SolverException in one line, and the same at every call, if something is missing
   */
  public static synchronized CudaLibraries load() {
    if (broken != null) {
      throw new SolverException(broken);
    }
    if (found == null) {
      try {
        found =
            in(
                CudaFolders.of(System.getProperty(PATH_PROPERTY), System::getenv),
                CudaLibraries::openFromSystem);
      } catch (SolverException e) {
        broken = e.getMessage();
        throw e;
      }
    }
    return found;
  }

  /**
   * The newest libraries that a device answers to.
   *
   * @param folders where they are looked for first
   * @param system opens what is not there by its name, or throws an {@link UnsatisfiedLinkError}
   */
  static CudaLibraries in(List<Path> folders, Function<String, NativeLibrary> system) {
    requireJna();
    List<String> reasons = new ArrayList<>();
    for (Release release : RELEASES) {
      try {
        return new CudaLibraries(release, library -> open(library, folders, system));
      } catch (MissingLibraryException e) {
        reasons.add("no " + e.getMessage());
      } catch (SolverException e) {
        // An older CUDA may be content with an older driver.
        reasons.add(0, e.getMessage());
      } catch (UnsatisfiedLinkError e) {
        reasons.add(0, "CUDA does not load on this machine: " + inOneLine(e));
      }
    }
    throw new SolverException(reason(reasons, folders));
  }

  private static void requireJna() {
    try {
      int ignored = Native.POINTER_SIZE;
    } catch (LinkageError e) {
      throw new SolverException("JNA does not load on this machine: " + inOneLine(e), e);
    }
  }

  /** What the loader says stands on several lines, the first of which only names the library. */
  private static String inOneLine(LinkageError e) {
    return String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
  }

  private static String reason(List<String> reasons, List<Path> folders) {
    if (!reasons.get(0).startsWith("no lib")) {
      return reasons.get(0);
    }
    Optional<Path> old =
        folders.stream().filter(folder -> Files.exists(folder.resolve(TOO_OLD))).findFirst();
    if (old.isPresent()) {
      return "CUDA 11 in %s is too old, CUDA 12 or 13 is needed; name its folder in -D%s"
          .formatted(old.get(), PATH_PROPERTY);
    }
    String searched =
        folders.stream().map(folder -> folder + ", ").collect(Collectors.joining())
            + "what ldconfig knows";
    return "CUDA's libraries were not found (%s), searched: %s; name their folder in -D%s or LD_LIBRARY_PATH"
        .formatted(String.join(", ", reasons), searched, PATH_PROPERTY);
  }

  private int deviceCount() {
    IntByReference number = new IntByReference();
    int driver = runtime.cudaDriverGetVersion(number) == 0 ? number.getValue() : 0;
    if (driver == 0) {
      throw new SolverException("there is no NVIDIA driver on this machine");
    }
    int error = runtime.cudaGetDeviceCount(number);
    if (error == CudaRuntime.INSUFFICIENT_DRIVER) {
      throw new SolverException(
          "the NVIDIA driver is for CUDA %s, and %s needs a newer one"
              .formatted(version(driver), release.runtime()));
    }
    if (error != 0) {
      throw new SolverException(
          "no CUDA device can be used on this machine: %s (cudaGetDeviceCount gave %d)"
              .formatted(runtime.cudaGetErrorString(error), error));
    }
    if (number.getValue() == 0) {
      throw new SolverException("there is no CUDA device on this machine");
    }
    return number.getValue();
  }

  private CudaDevice describe(int number) {
    try (Memory properties = new Memory(PROPERTIES_BYTES)) {
      properties.clear();
      int error = runtime.cudaGetDeviceProperties(properties, number);
      String name = error == 0 ? properties.getString(0) : runtime.cudaGetErrorString(error);
      return new CudaDevice(
          number,
          name,
          "sm_%d%d"
              .formatted(
                  attribute(CudaRuntime.MAJOR, number), attribute(CudaRuntime.MINOR, number)),
          attribute(CudaRuntime.MULTIPROCESSORS, number),
          attribute(CudaRuntime.SHARED_BYTES, number));
    }
  }

  private int attribute(int attribute, int device) {
    IntByReference value = new IntByReference();
    int error = runtime.cudaDeviceGetAttribute(value, attribute, device);
    if (error != 0) {
      throw new SolverException(
          "CUDA device %d does not say what it is: %s (cudaDeviceGetAttribute gave %d)"
              .formatted(device, runtime.cudaGetErrorString(error), error));
    }
    return value.getValue();
  }

  CudaRuntime runtime() {
    return runtime;
  }

  Cublas cublas() {
    return cublas;
  }

  Cusolver cusolver() {
    return cusolver;
  }

  CudaDriver driver() {
    return driver;
  }

  Nvrtc nvrtc() {
    return nvrtc;
  }

  /** The devices that this process may use, by their numbers. */
  public List<CudaDevice> devices() {
    return devices;
  }

  /**
   * One of the devices.
   *
   * @throws SolverException if there is no such number
   */
  CudaDevice device(int number) {
    if (number < 0 || number >= devices.size()) {
      throw new SolverException(
          "CUDA device must be from 0 to %d, got: %d".formatted(devices.size() - 1, number));
    }
    return devices.get(number);
  }

  /** What the solvers of this process share of a device. */
  SharedDevice shared(CudaDevice device) {
    return shared.get(device.number());
  }

  /** The devices, which CUDA this is, and where its solver comes from, in one line. */
  public String description() {
    IntByReference number = new IntByReference();
    runtime.cudaRuntimeGetVersion(number);
    String version = version(number.getValue());
    runtime.cudaDriverGetVersion(number);
    return "%s with CUDA %s, driver for CUDA %s, %s"
        .formatted(
            devices.stream().map(CudaDevice::toString).collect(Collectors.joining(" and ")),
            version,
            version(number.getValue()),
            name(solverLibrary));
  }

  private static String version(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }

  private static NativeLibrary open(
      String library, List<Path> folders, Function<String, NativeLibrary> system) {
    for (Path folder : folders) {
      Path file = folder.resolve(library);
      if (Files.isRegularFile(file)) {
        return NativeLibrary.getInstance(file.toString());
      }
    }
    try {
      return system.apply(library);
    } catch (UnsatisfiedLinkError e) {
      throw new MissingLibraryException(library, e);
    }
  }

  private static NativeLibrary openFromSystem(String library) {
    return NativeLibrary.getInstance(library);
  }

  private static String name(NativeLibrary library) {
    return library.getFile() == null ? library.getName() : library.getFile().getPath();
  }

  /** Neither in a folder nor where the system looks. */
  private static final class MissingLibraryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingLibraryException(String library, Throwable cause) {
      super(library, cause);
    }
  }
}
