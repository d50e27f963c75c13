package io.isotherm.solvers.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaFoldersTest {

  @TempDir private Path root;

  @Test
  void whatTheUserNamesComesFirstAndWheelsLast() throws IOException {
    // Given
    Path named = folder("named");
    Path library = folder("library");
    Path toolkit = folder("toolkit/lib64");
    Path wheels = folder("venv/lib/python3.12/site-packages/nvidia/cu13/lib");
    Map<String, String> environment =
        Map.of(
            "LD_LIBRARY_PATH", "/no/such/folder:" + library,
            "CUDA_HOME", root.resolve("toolkit").toString(),
            "VIRTUAL_ENV", root.resolve("venv").toString());

    // When, then
    assertThat(CudaFolders.of(named + ":", environment::get))
        .containsSubsequence(named, library, toolkit, wheels)
        .doesNotContain(Path.of("/no/such/folder"));
  }

  @Test
  void everyWheelOfCuda12HasItsFolder() throws IOException {
    // Given
    Path cublas = folder("conda/lib/python3.11/site-packages/nvidia/cublas/lib");
    Path cusolver = folder("conda/lib/python3.11/site-packages/nvidia/cusolver/lib");

    // When, then
    assertThat(CudaFolders.of(null, Map.of("CONDA_PREFIX", root.resolve("conda").toString())::get))
        .contains(cublas, cusolver);
  }

  private Path folder(String path) throws IOException {
    return Files.createDirectories(root.resolve(path));
  }
}
