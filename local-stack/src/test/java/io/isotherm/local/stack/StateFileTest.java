package io.isotherm.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

  private static final StackState STATE =
      StackState.of(
          4711,
          ServicePorts.of(9092, 8080),
          "127.0.0.1:9092",
          name -> name.equals("broker") ? Optional.of(4712L) : Optional.empty());

  @TempDir Path data;

  @Test
  void theStateIsThereWhileItsOwnerRuns() {
    try (StateFile file = StateFile.own(data)) {
      file.write(STATE);

      assertThat(StateFile.ofRunning(data)).contains(STATE);
    }

    assertThat(StateFile.ofRunning(data)).isEmpty();
  }

  @Test
  void aSecondOwnerIsRefusedInOneLineThatNamesTheFirst() {
    try (StateFile file = StateFile.own(data)) {
      file.write(STATE);

      assertThatThrownBy(() -> StateFile.own(data))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              "already running as process 4711, page http://127.0.0.1:8080/: end it with Ctrl-C")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void theFolderIsFreeAgainAfterItsOwner() {
    StateFile.own(data).close();

    StateFile.own(data).close();

    assertThat(data.resolve("state.json")).doesNotExist();
  }

  @Test
  void aFolderThatNobodyHasUsedHasNoState() {
    assertThat(StateFile.ofRunning(data.resolve("nowhere"))).isEmpty();
  }
}
