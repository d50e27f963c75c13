package io.isotherm.contracts.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SnapshotIdTest {

  @Test
  void laterIncarnationIsNewerWhateverItsStep() {
    SnapshotId old = new SnapshotId("r", 1, 900, 9, "fc");
    SnapshotId resumed = new SnapshotId("r", 2, 0, 0, "fc");

    assertThat(resumed.isNewerThan(old)).isTrue();
    assertThat(old.isNewerThan(resumed)).isFalse();
  }

  @Test
  void laterStepIsNewerWithinAnIncarnation() {
    SnapshotId first = new SnapshotId("r", 1, 1, 0, "fc");
    SnapshotId second = new SnapshotId("r", 1, 2, 0, "fc");

    assertThat(second.isNewerThan(first)).isTrue();
    assertThat(first.isNewerThan(second)).isFalse();
    assertThat(first.isNewerThan(first)).isFalse();
  }

  @Test
  void numbersAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SnapshotId("r", 0, 0, 0, "fc"))
        .withMessage("incarnation of run 'r' must be 1 or more, got: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SnapshotId("r", 1, -1, 0, "fc"))
        .withMessage("step of run 'r' must be 0 or more, got: -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SnapshotId("r", 1, 0, -1, "fc"))
        .withMessage("epoch of run 'r' must be 0 or more, got: -1");
  }
}
