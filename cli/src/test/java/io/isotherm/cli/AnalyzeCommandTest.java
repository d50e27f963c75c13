package io.isotherm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, with LAPACK. */
class AnalyzeCommandTest {

  private static final long PATIENCE_SECONDS = 120;

  @TempDir Path folder;

  private FakeInstallation installation;
  private Path index;

  @BeforeEach
  void writeAShardedCheckpoint() throws IOException {
    installation = new FakeInstallation(folder.toRealPath());
    SafetensorsFile.write(
        folder.resolve("1.safetensors"), Map.of(), List.of(gaussian("a.weight", 64, 200)));
    SafetensorsFile.write(
        folder.resolve("2.safetensors"), Map.of(), List.of(gaussian("b.weight", 32, 16, 3, 3)));
    index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index, "{\"weight_map\":{\"b.weight\":\"2.safetensors\",\"a.weight\":\"1.safetensors\"}}");
  }

  @Test
  void aShardedCheckpointIsAnalysedAsJsonAndPlotted() throws Exception {
    Path plots = folder.resolve("plots");

    int status = run("analyze", index.toString(), "--json", "--plot", plots.toString());

    assertThat(installation.err()).isEmptyFile();
    assertThat(status).isZero();
    List<String> lines = layers();
    assertThat(lines).hasSize(2);
    JsonNode first = Json.MAPPER.readTree(lines.get(0));
    assertThat(first.path("layer").textValue()).isEqualTo("a.weight");
    assertThat(first.path("solver").textValue()).isEqualTo("lapack");
    assertThat(first.path("kernels").path("processor").textValue()).isNotBlank();
    assertThat(first.path("kernels").path("coreType").textValue()).isNotBlank();
    assertThat(first.path("kernels").path("gigaflops").longValue()).isPositive();
    assertThat(first.path("alpha").doubleValue()).isGreaterThan(1);
    assertThat(Json.MAPPER.readTree(lines.get(1)).path("layer").textValue()).isEqualTo("b.weight");
    assertThat(plots.resolve("01-a.weight.png")).isNotEmptyFile();
    assertThat(plots.resolve("alpha-over-depth.png")).isNotEmptyFile();
  }

  @Test
  void aTruncatedShardIsOneLineAndExitStatusTwo() throws Exception {
    Path shard = folder.resolve("2.safetensors");
    byte[] whole = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(whole, whole.length - 1));

    int status = run("analyze", index.toString());

    assertThat(status).isEqualTo(2);
    assertThat(installation.out()).isEmptyFile();
    assertThat(Files.readAllLines(installation.err()))
        .singleElement()
        .asString()
        .startsWith("isotherm analyze: " + shard + ": tensor 'b.weight' ends at byte 18432")
        .endsWith("truncated, or a wrong header");
  }

  @Test
  void aPolicyGivesEveryLayerAFactorAndARate() throws Exception {
    int status =
        run(
            "analyze",
            index.toString(),
            "--json",
            "--policy",
            "linear",
            "--learning-rate",
            "0.1",
            "--s1",
            "0.6",
            "--s2",
            "1.4",
            "--keep-first",
            "--keep-last");

    assertThat(installation.err()).isEmptyFile();
    assertThat(status).isZero();
    List<JsonNode> layers = new ArrayList<>();
    for (String line : layers()) {
      layers.add(Json.MAPPER.readTree(line));
    }
    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .containsExactlyInAnyOrder(0.6, 1.4);
    assertThat(layers)
        .allSatisfy(
            layer ->
                assertThat(layer.path("learningRate").doubleValue())
                    .isEqualTo(layer.path("factor").doubleValue() * 0.1));
  }

  @Test
  void weightWatcherMayClipTheLargestEigenvalues() throws Exception {
    int status =
        run("analyze", index.toString(), "--json", "--estimator", "weightwatcher", "--clip-xmax");

    assertThat(status).isZero();
    assertThat(layers())
        .hasSize(2)
        .allSatisfy(
            line -> {
              assertThat(Json.MAPPER.readTree(line).path("status").textValue())
                  .isEqualTo("analysed");
              assertThat(Json.MAPPER.readTree(line).path("estimator").textValue())
                  .isEqualTo("weightwatcher/1");
            });
  }

  @Test
  void aLayerThatNeedsMoreMemoryThanIsGivenFailsInItsOwnLine() throws Exception {
    int status = run("analyze", index.toString(), "--memory", "64K");

    assertThat(status).isZero();
    assertThat(installation.err()).isEmptyFile();
    assertThat(Files.readAllLines(installation.out()))
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "  a\\.weight +64x200 +-  +failed: needs \\d+ bytes of memory, and --memory is"
                            + " 65536: set it to at least \\d+M"))
        .contains(
            "  layers         1 analysed, 0 skipped, 1 failed",
            "  coverage       26.5 % of the weights");
  }

  @Test
  void aSizeThatIsNoneIsRefusedInOneLine() throws Exception {
    int status = run("analyze", index.toString(), "--memory", "8 gigabytes");

    assertThat(status).isEqualTo(2);
    assertThat(Files.readAllLines(installation.err()).get(0))
        .contains("--memory", "a size must look like 512M or 8G and be more than 0")
        .contains("got: '8 gigabytes'");
  }

  @Test
  void aPatternThatFitsNothingIsSaidOnStandardError() throws Exception {
    int status = run("analyze", index.toString(), "--json", "--exclude", "*.wieght");

    assertThat(status).isZero();
    assertThat(installation.err()).hasContent("isotherm analyze: no tensor fits '*.wieght'");
    assertThat(layers()).hasSize(2);
  }

  @Test
  void aPolicysPatternThatFitsNothingIsSaidOnStandardError() throws Exception {
    int status =
        run(
            "analyze",
            index.toString(),
            "--json",
            "--policy",
            "{\"name\":\"linear\",\"selection\":{\"exclude\":[\"a\",\"b.wieght\"]}}",
            "--learning-rate",
            "0.1");

    assertThat(status).isZero();
    assertThat(installation.err())
        .hasContent("isotherm analyze: no layer fits the policy's 'b.wieght'");
    assertThat(layers()).hasSize(2);
  }

  /** What stands before the summary. */
  private List<String> layers() throws Exception {
    List<String> lines = Files.readAllLines(installation.out());
    assertThat(lines.get(lines.size() - 1)).startsWith("{\"summary\":");
    return lines.subList(0, lines.size() - 1);
  }

  private int run(String... arguments) throws Exception {
    Process process = installation.run(arguments);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static SafeTensor gaussian(String name, long... shape) {
    Random random = new Random(name.hashCode());
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    ByteBuffer data = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat((float) random.nextGaussian());
    }
    return new SafeTensor(
        name, DType.F32, Arrays.stream(shape).boxed().toList(), Map.of(), data.flip());
  }
}
