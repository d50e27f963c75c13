package io.isotherm.spectral;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.solvers.memory.MemoryBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  @Test
  void heapAndLayersLeaveAFifthOfTheContainersThatAreShipped() throws IOException {
    long heapPercentage = number(DOCKERFILE, "MaxRAMPercentage=(\\d+)");
    long pod = number(Path.of("../k8s/spectral-service.yaml"), "limits: \\{memory: (\\d+)Gi\\}");
    long compose =
        number(Path.of("../docker-compose.yml"), "(?s)\\n  spectral-service:.*?mem_limit: (\\d+)g");

    assertThat(compose).isEqualTo(pod);
    assertThat(MemoryBudget.usualBytes(pod << 30))
        .isLessThanOrEqualTo((pod << 30) * (80 - heapPercentage) / 100);
  }

  private static long number(Path file, String pattern) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
    assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
