package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.pytorch.PickleValue.Foreign;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Items;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Table;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Tensor;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Values that others lead to, objects included. */
final class Reachable {

  private Reachable() {}

  /** A value and all that it leads to, each once, even where they lead back to each other. */
  static Set<PickleValue> from(PickleValue root) {
    Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<PickleValue> waiting = new ArrayDeque<>(List.of(root));
    while (!waiting.isEmpty()) {
      PickleValue value = waiting.pop();
      if (!seen.add(value)) {
        continue;
      }
      if (value instanceof Table table) {
        waiting.addAll(table.entries().values());
      } else if (value instanceof Items items) {
        waiting.addAll(items.values());
      } else if (value instanceof Foreign object) {
        waiting.addAll(object.parts());
      } else if (value instanceof Tensor tensor) {
        waiting.add(tensor.storage());
      }
    }
    return seen;
  }
}
