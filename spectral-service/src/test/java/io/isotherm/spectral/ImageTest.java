package io.isotherm.spectral;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds what the image's JVM is told. */
class ImageTest {

  private static final Path DOCKERFILE = Path.of("src/main/docker/Dockerfile.jvm");

  @Test
  void layerThatIsTooLargeForTheHeapDoesNotEndTheProcess() throws IOException {
    List<String> instructions =
        Files.readAllLines(DOCKERFILE).stream().filter(line -> !line.startsWith("#")).toList();

    assertThat(instructions)
        .anyMatch(line -> line.contains("JAVA_TOOL_OPTIONS"))
        .noneMatch(line -> line.contains("OnOutOfMemoryError"));
  }
}
