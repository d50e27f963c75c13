package io.isotherm.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {

  @TempDir Path folder;

  @Test
  void theFirstMissingFileIsNamedWithWhatToDo() throws Exception {
    Installation installation = new Installation(folder);
    create(installation.commandJar());
    create(installation.parentWatchJar());
    for (Service service : Service.values()) {
      assertThatThrownBy(installation::requireBuilt)
          .isInstanceOf(UserError.class)
          .hasMessage(
              installation.runner(service)
                  + " is missing: build it with 'mvn -DskipTests package', or use ./isotherm");
      create(installation.runner(service));
    }

    installation.requireBuilt();
  }

  @Test
  void aFolderThatAJavaAgentCannotBeLoadedFromIsRefused() {
    Installation installation = new Installation(folder.resolve("a=b"));

    assertThatThrownBy(installation::requireBuilt)
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("a=b has a '=' in its path: move or rename it");
  }

  @Test
  void thisProgramIsFoundInItsProject() {
    assertThat(Installation.of(InstallationTest.class).root().resolve("isotherm")).isRegularFile();
  }

  private static void create(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
  }
}
