package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {

  @TempDir Path folder;

  @Test
  void theReportReplacesTheFileAsAWhole() throws Exception {
    Path target = Files.writeString(folder.resolve("out.json"), "the report of yesterday");

    try (OutputFile file = OutputFile.claim("report", target)) {
      assertThat(target).hasContent("the report of yesterday");
      file.write(report().toJson());
    }

    assertThat(Json.MAPPER.readTree(target.toFile()).at("/settings/seed").asLong()).isEqualTo(7);
    assertThat(files()).containsExactly("out.json");
  }

  @Test
  void aReportThatIsNotWrittenLeavesNothingBehind() throws Exception {
    OutputFile file = OutputFile.claim("report", folder.resolve("out.json"));
    assertThat(files()).hasSize(1).doesNotContain("out.json");

    file.close();
    file.close();

    assertThat(files()).isEmpty();
  }

  @Test
  void theReportHasTheRightsOfAnyNewFile() throws Exception {
    Path other = Files.writeString(folder.resolve("other"), "");
    Path target = folder.resolve("out.json");

    try (OutputFile file = OutputFile.claim("report", target)) {
      file.write(report().toJson());
    }

    assertThat(Files.getPosixFilePermissions(target))
        .isEqualTo(Files.getPosixFilePermissions(other));
  }

  @Test
  void anotherFileIsCopied() throws Exception {
    Path source = Files.writeString(folder.resolve("source"), "weights");

    try (OutputFile file = OutputFile.claim("checkpoint", folder.resolve("copy"))) {
      file.copy(source);
    }

    assertThat(folder.resolve("copy")).hasContent("weights");
    assertThat(files()).containsExactlyInAnyOrder("source", "copy");
  }

  @Test
  void aFileThatIsNotThereIsNotCopied() {
    Path source = folder.resolve("source");

    try (OutputFile file = OutputFile.claim("checkpoint", folder.resolve("copy"))) {
      assertThatThrownBy(() -> file.copy(source))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("checkpoint " + folder.resolve("copy") + " cannot be written: ");
    }
  }

  @Test
  void aFolderIsRefused() {
    assertThatThrownBy(() -> OutputFile.claim("report", folder))
        .isInstanceOf(UserError.class)
        .hasMessage("report " + folder + " is a folder: name a file in it with --report");
  }

  @Test
  void aFolderThatIsNotThereIsNamedBeforeAnythingIsTrained() {
    Path target = folder.resolve("none/out.json");

    assertThatThrownBy(() -> OutputFile.claim("report", target))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "report %s cannot be written (there is no folder %s): name another file with --report"
                .formatted(target, target.getParent()));
  }

  @Test
  void somethingThatIsNoFileIsNotReplaced() {
    assertThatThrownBy(() -> OutputFile.claim("report", Path.of("/dev/null")))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "report /dev/null exists and cannot be replaced: name another file with --report");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(each -> each.getFileName().toString()).toList();
    }
  }

  private static DemoReport report() {
    RunTally tally = new RunTally(Sample.RUN);
    DemoSettings settings =
        new DemoSettings(Sample.RUN, 2, 7, PolicySpec.DEFAULT, new Every(1, Every.Unit.EPOCHS));
    return DemoReport.of(settings, tally, DemoSummary.of(tally, ClientCounters.ZERO));
  }
}
