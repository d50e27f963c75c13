package io.isotherm.solvers.memory;

import io.isotherm.safetensors.TensorEntry;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.Workspace;
import java.util.Comparator;
import java.util.List;

/**
 * What a layer takes, from its first byte to its answer.
 *
 * @param nativeBytes outside the heap: its document, and where the solver computes
 * @param heapBytes on the heap: what the solver keeps there, and the eigenvalues
 */
public record MemoryNeed(long nativeBytes, long heapBytes) {

  /** An eigenvalue as it is computed, sorted, pooled and read by the fit. */
  private static final long BYTES_PER_EIGENVALUE = 4 * Double.BYTES;

  /**
   * What a layer needs with any estimator.
   *
   * @param solver that will compute
   * @param layer with a shape that has elements; a tensor that is no layer needs no workspace
   * @param documentBytes that will lie outside the heap
   */
  public static MemoryNeed of(SolverKind solver, TensorEntry layer, long documentBytes) {
    List<Long> sides = layer.shape().stream().sorted(Comparator.reverseOrder()).toList();
    if (layer.dtype().isEmpty() || sides.size() < 2 || sides.contains(0L)) {
      return new MemoryNeed(documentBytes, 0);
    }
    // Two of a tensor's axes span the matrices: none has longer sides than the longest two.
    Workspace workspace = solver.workspace(sides.get(0), sides.get(1));
    long eigenvalues = sides.stream().skip(1).reduce(1L, (a, b) -> a * b);
    return new MemoryNeed(
        Math.addExact(documentBytes, workspace.nativeBytes()),
        Math.addExact(workspace.heapBytes(), eigenvalues * BYTES_PER_EIGENVALUE));
  }
}
