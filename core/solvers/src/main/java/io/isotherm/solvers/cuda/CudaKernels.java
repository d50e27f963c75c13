package io.isotherm.solvers.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.isotherm.spectra.SolverException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The functions of {@code kernels.cu} on a device, for numbers of one kind.
 *
 * @param unpack makes dense matrices of a layer's weights
 * @param tridiagonalise reduces symmetric matrices
 * @param bisect finds the eigenvalues of what that leaves
 */
record CudaKernels(CudaKernel unpack, CudaKernel tridiagonalise, CudaKernel bisect) {

  private static final String SOURCE = "kernels.cu";

  /**
   * Compiles them for a device that the thread uses, which takes a second or two.
   *
   * @throws SolverException if CUDA's compiler does not know such a device
   */
  static CudaKernels compile(CudaLibraries cuda, CudaDevice device, Real real) {
    CudaCalls calls = new CudaCalls(cuda.runtime(), device);
    PointerByReference module = new PointerByReference();
    try (Memory binary = compile(cuda.nvrtc(), device, real)) {
      calls.check("cuModuleLoadData", cuda.driver().cuModuleLoadData(module, binary));
    }
    Pointer loaded = module.getValue();
    int shared = device.sharedBytes();
    return new CudaKernels(
        CudaKernel.of(cuda.driver(), calls, loaded, "unpack", 0),
        CudaKernel.of(cuda.driver(), calls, loaded, "tridiagonalise", shared),
        CudaKernel.of(cuda.driver(), calls, loaded, "bisect", shared));
  }

  private static Memory compile(Nvrtc nvrtc, CudaDevice device, Real real) {
    String[] options = {
      "--gpu-architecture=" + device.architecture(),
      "-std=c++17",
      "-DREAL=" + real.cName(),
      "-DREAL_BYTES=" + real.bytes()
    };
    PointerByReference program = new PointerByReference();
    requireSuccess(
        nvrtc, nvrtc.nvrtcCreateProgram(program, source(), SOURCE, 0, null, null), device, "");
    try {
      int result = nvrtc.nvrtcCompileProgram(program.getValue(), options.length, options);
      requireSuccess(nvrtc, result, device, log(nvrtc, program.getValue()));
      LongByReference bytes = new LongByReference();
      requireSuccess(nvrtc, nvrtc.nvrtcGetCUBINSize(program.getValue(), bytes), device, "");
      Memory binary = new Memory(bytes.getValue());
      requireSuccess(nvrtc, nvrtc.nvrtcGetCUBIN(program.getValue(), binary), device, "");
      return binary;
    } finally {
      int ignored = nvrtc.nvrtcDestroyProgram(program);
    }
  }

  private static void requireSuccess(Nvrtc nvrtc, int result, CudaDevice device, String log) {
    if (result != 0) {
      throw new SolverException(
          "kernels do not compile for %s of %s: %s %s"
              .formatted(
                  device.architecture(),
                  device,
                  nvrtc.nvrtcGetErrorString(result),
                  log.strip().lines().findFirst().orElse(""))
              .strip());
    }
  }

  private static String log(Nvrtc nvrtc, Pointer program) {
    LongByReference bytes = new LongByReference();
    if (nvrtc.nvrtcGetProgramLogSize(program, bytes) != 0 || bytes.getValue() < 1) {
      return "";
    }
    try (Memory log = new Memory(bytes.getValue())) {
      return nvrtc.nvrtcGetProgramLog(program, log) == 0 ? log.getString(0) : "";
    }
  }

  private static String source() {
    try (InputStream source = CudaKernels.class.getResourceAsStream(SOURCE)) {
      return new String(source.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
