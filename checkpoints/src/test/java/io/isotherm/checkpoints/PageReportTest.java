package io.isotherm.checkpoints;

import static io.isotherm.checkpoints.Models.gaussian;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import io.isotherm.terminal.UserError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageReportTest {

  private static final Pattern ANALYSIS =
      Pattern.compile("<script id=\"analysis\" type=\"application/json\">(.*?)</script>");

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void thePageHoldsEveryLayerWithItsSpectrumBesideTheTable() throws Exception {
    // Given
    Path file = write(gaussian("h.0.weight", 20, 30), gaussian("h.1.weight", 20, 60));
    Path page = folder.resolve("page.html");

    // When
    int status =
        Models.analysis(file, EstimatorSpec.DEFAULT)
            .printTable(Models.plain(out), Optional.of(page));

    // Then
    assertThat(status).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("  h.0.weight");
    JsonNode analysis = analysis(page);
    assertThat(analysis.path("title").textValue()).contains(file.toString());
    assertThat(analysis.path("orderNote").textValue())
        .isEqualTo("By name: the file itself is sorted by name.");
    assertThat(analysis.path("layers")).hasSize(2);
    for (JsonNode layer : analysis.path("layers")) {
      int counted = 0;
      for (JsonNode count : layer.path("histogram").path("counts")) {
        counted += count.intValue();
      }
      assertThat(counted).isEqualTo(layer.path("eigenvalues").intValue()).isEqualTo(20);
    }
  }

  @Test
  void nothingThatAFileCallsItsLayersIsMarkupOrAPlaceOfTheTemplate() throws Exception {
    // Given
    String name = "</script><script>alert('x')</script>&{{echarts}}\u2028.weight";
    Path page = folder.resolve("page.html");

    // When
    Models.analysis(write(gaussian(name, 20, 30)), EstimatorSpec.DEFAULT)
        .printTable(Models.plain(out), Optional.of(page));

    // Then
    assertThat(analysis(page).path("layers").path(0).path("layer").textValue()).isEqualTo(name);
    assertThat(Files.readString(page))
        .doesNotContain("alert('x')</script>")
        .doesNotContain("\u2028");
  }

  @Test
  void thePageAsksNoNetwork() throws Exception {
    Path page = folder.resolve("page.html");

    Models.analysis(write(gaussian("h.0.weight", 20, 30)), EstimatorSpec.DEFAULT)
        .printTable(Models.plain(out), Optional.of(page));

    assertThat(Files.readString(page))
        .contains("Content-Security-Policy", "default-src 'none'", "echarts")
        .doesNotContainPattern("<(script|link|iframe)[^>]*(src|href)=");
  }

  @Test
  void aPageThatCannotBeWrittenIsToldBeforeAnythingIsMeasured() throws Exception {
    Path page = folder.resolve("no/such/folder/page.html");
    CheckpointAnalysis analysis =
        Models.analysis(write(gaussian("h.0.weight", 20, 30)), EstimatorSpec.DEFAULT);

    assertThatThrownBy(() -> analysis.printTable(Models.plain(out), Optional.of(page)))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("the page cannot be written to " + page)
        .hasMessageEndingWith("choose another file with --html");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private static JsonNode analysis(Path page) throws Exception {
    Matcher matcher = ANALYSIS.matcher(Files.readString(page));
    assertThat(matcher.find()).isTrue();
    return Json.MAPPER.readTree(matcher.group(1));
  }

  private Path write(SafeTensor... tensors) throws Exception {
    Path file = folder.resolve("model.safetensors");
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    return file;
  }
}
