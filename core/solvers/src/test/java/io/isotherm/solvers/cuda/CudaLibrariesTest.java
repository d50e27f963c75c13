package io.isotherm.solvers.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import io.isotherm.cudastub.CudaStub;
import io.isotherm.spectra.SolverException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibrariesTest {

  private Path folder;

  @BeforeEach
  void build() {
    folder = CudaStub.folder();
  }

  @AfterEach
  void reset() {
    CudaStub.reset();
  }

  @Test
  void descriptionNamesDevicesCudaDriverAndLibrary() {
    CudaStub.devices(2);

    CudaLibraries cuda = CudaLibraries.in(List.of(folder));

    assertThat(cuda.devices())
        .containsExactly(new CudaDevice(0, "Stub 0"), new CudaDevice(1, "Stub 1"));
    assertThat(cuda.description())
        .isEqualTo(
            "CUDA device 0 (Stub 0) and CUDA device 1 (Stub 1) with CUDA 13.0, driver for CUDA"
                + " 13.0, %s",
            folder.resolve("libcusolver.so.12"));
  }

  @Test
  void missingDriverIsSaidInOneLine() {
    CudaStub.driver(0);

    assertRefused("there is no NVIDIA driver on this machine");
  }

  @Test
  void driverThatIsTooOldIsSaidInOneLine() {
    CudaStub.driver(12040);
    CudaStub.plant("cudaGetDeviceCount", CudaRuntime.INSUFFICIENT_DRIVER, false);

    assertRefused("the NVIDIA driver is for CUDA 12.4, and libcudart.so.13 needs a newer one");
  }

  @Test
  void missingDeviceIsSaidInOneLine() {
    CudaStub.devices(0);

    assertRefused(
        "no CUDA device can be used on this machine: no CUDA-capable device is detected"
            + " (cudaGetDeviceCount gave 100)");
  }

  @Test
  void numberOfADeviceThatIsNotThereIsRefused() {
    CudaLibraries cuda = CudaLibraries.in(List.of(folder));

    assertThatThrownBy(() -> new CusolverEigenvalueSolver(cuda, 3, solver -> {}))
        .isInstanceOf(SolverException.class)
        .hasMessage("CUDA device must be from 0 to 0, got: 3");
  }

  @Test
  void missingLibrariesAreNamedWithWhereTheyWereLookedFor(@TempDir Path empty) {
    assumeCudaIsNotInstalled();

    assertThatThrownBy(() -> CudaLibraries.in(List.of(empty)))
        .isInstanceOf(SolverException.class)
        .hasMessage(
            "CUDA's libraries were not found (no libcudart.so.13, no libcudart.so.12) in %s, where"
                + " ldconfig looks; name their folder in -Disotherm.cuda.path or LD_LIBRARY_PATH",
            empty);
  }

  @Test
  void librariesThatAreTooOldAreNamedWithTheirFolder(@TempDir Path old) throws Exception {
    assumeCudaIsNotInstalled();
    Files.createFile(old.resolve("libcudart.so.11.0"));

    assertThatThrownBy(() -> CudaLibraries.in(List.of(old)))
        .isInstanceOf(SolverException.class)
        .hasMessage(
            "CUDA 11 in %s is too old, CUDA 12 or 13 is needed; name its folder in"
                + " -Disotherm.cuda.path",
            old);
  }

  @Test
  void libraryThatDoesNotLoadIsSaidInOneLine(@TempDir Path torn) throws Exception {
    Files.writeString(torn.resolve("libcudart.so.13"), "not a library");

    assertThatThrownBy(() -> CudaLibraries.in(List.of(torn)))
        .isInstanceOf(SolverException.class)
        .hasMessageStartingWith("CUDA does not load on this machine: ")
        .hasMessageContaining("libcudart.so.13")
        .hasMessageNotContaining("\n");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> CudaLibraries.in(List.of(folder)))
        .isInstanceOf(SolverException.class)
        .hasMessage(message);
  }

  private static void assumeCudaIsNotInstalled() {
    for (String name : List.of("libcudart.so.13", "libcudart.so.12")) {
      try {
        NativeLibrary.getInstance(name);
        assumeTrue(false, "this machine has a CUDA of its own");
      } catch (UnsatisfiedLinkError e) {
        // As it must be for these tests.
      }
    }
  }
}
