package io.isotherm.solvers.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.cudastub.CudaStub;
import io.isotherm.spectra.SolverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    CudaLibraries cuda = Solvers.in(folder);

    assertThat(cuda.devices())
        .containsExactly(
            new CudaDevice(0, "Stub 0", "sm_90", 20, 100 << 10),
            new CudaDevice(1, "Stub 1", "sm_90", 20, 100 << 10));
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
    CudaLibraries cuda = Solvers.in(folder);

    assertThatThrownBy(() -> new CusolverEigenvalueSolver(cuda, 3, solver -> {}))
        .isInstanceOf(SolverException.class)
        .hasMessage("CUDA device must be from 0 to 0, got: 3");
  }

  @Test
  void libraryThatIsMissingBesideTheOthersIsNamed(@TempDir Path some) throws IOException {
    Files.copy(folder.resolve("libcudart.so.13"), some.resolve("libcudart.so.13"));

    assertThatThrownBy(() -> Solvers.in(some))
        .isInstanceOf(SolverException.class)
        .hasMessageStartingWith(
            "CUDA's libraries were not found (no libcublas.so.13, no libcudart.so.12)");
  }

  @Test
  void missingLibrariesAreNamedWithWhereTheyWereLookedFor(@TempDir Path empty) {
    assertThatThrownBy(() -> Solvers.in(empty))
        .isInstanceOf(SolverException.class)
        .hasMessage(
            "CUDA's libraries were not found (no libcudart.so.13, no libcudart.so.12), searched: %s,"
                + " what ldconfig knows; name their folder in -Disotherm.cuda.path or LD_LIBRARY_PATH",
            empty);
  }

  @Test
  void librariesThatAreTooOldAreNamedWithTheirFolder(@TempDir Path old) throws IOException {
    Files.createFile(old.resolve("libcudart.so.11.0"));

    assertThatThrownBy(() -> Solvers.in(old))
        .isInstanceOf(SolverException.class)
        .hasMessage(
            "CUDA 11 in %s is too old, CUDA 12 or 13 is needed; name its folder in"
                + " -Disotherm.cuda.path",
            old);
  }

  @Test
  void libraryThatDoesNotLoadIsSaidInOneLine(@TempDir Path torn) throws IOException {
    Files.writeString(torn.resolve("libcudart.so.13"), "not a library");

    assertThatThrownBy(() -> Solvers.in(torn))
        .isInstanceOf(SolverException.class)
        .hasMessageStartingWith("CUDA does not load on this machine: ")
        .hasMessageContaining("libcudart.so.13")
        .hasMessageNotContaining("\n");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Solvers.in(folder))
        .isInstanceOf(SolverException.class)
        .hasMessage(message);
  }
}
