package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.spectra.SolverException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class NativeWorkspaceTest {

  /** What the system of these tests gives at a time. */
  private static final long GIVEN = 10_000;

  @Test
  void blockAfterARefusedOneIsARealOne() {
    try (NativeWorkspace workspace = new NativeWorkspace(Long.MAX_VALUE, this::stingy)) {
      // Given a block that is given back for a larger one, which is refused
      workspace.reserve(800, 0);
      assertThatThrownBy(() -> workspace.reserve(GIVEN + 1, 0))
          .isInstanceOf(SolverException.class)
          .hasMessage(
              "10001 bytes of native memory for a workspace were not given: 10001 are too many");

      // When a smaller one is asked for than the one that was given back
      workspace.reserve(80, 0);

      // Then
      DoublePointer view = workspace.doubles(0, 10);
      assertThat(view.isNull()).isFalse();
      assertThat(view.put(9, 1.5).get(9)).isEqualTo(1.5);
      assertThat(workspace.allocations()).isEqualTo(2);
    }
  }

  @Test
  void refusedBlockLeavesNothingBehind() {
    long before = Pointer.totalBytes();
    NativeWorkspace workspace = new NativeWorkspace(Long.MAX_VALUE, this::stingy);
    workspace.reserve(800, 0);

    assertThatThrownBy(() -> workspace.reserve(GIVEN + 1, 0)).isInstanceOf(SolverException.class);

    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    workspace.close();
  }

  private BytePointer stingy(long bytes) {
    if (bytes > GIVEN) {
      throw new OutOfMemoryError(bytes + " are too many");
    }
    return new BytePointer(bytes);
  }
}
