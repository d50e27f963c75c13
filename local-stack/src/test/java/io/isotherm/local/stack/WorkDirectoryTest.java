package io.isotherm.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.terminal.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {

  private static final long MORE_THAN_ANY_DISK = 1L << 40;

  @TempDir Path folder;

  @Test
  void tooLittleSpaceIsSaidInOneLineWithNumbers() {
    assertThatThrownBy(() -> WorkDirectory.kept(folder, MORE_THAN_ANY_DISK))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("MB of free space, 1099511627776 MB are needed")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aTemporaryFolderIsDeletedWithAllThatIsInIt() throws Exception {
    WorkDirectory work = WorkDirectory.temporary(1);
    Files.writeString(work.folder("logs/old").resolve("a.log"), "text");

    work.delete();
    work.delete();

    assertThat(work.path()).doesNotExist();
  }

  @Test
  void aFileInTheWayIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("taken"), "");

    assertThatThrownBy(() -> WorkDirectory.kept(file, 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(file.toString());
  }
}
