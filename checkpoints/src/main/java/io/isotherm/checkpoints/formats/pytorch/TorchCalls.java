package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Foreign;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Global;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Items;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Plain;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Storage;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Table;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Tensor;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Text;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the few calls that lead to tensors give, as {@code torch/_utils.py} has them. Every other
 * call gives an object that is known by its name alone.
 */
final class TorchCalls {

  private TorchCalls() {}

  /** The result of calling {@code function}, or of making an object of that class. */
  static PickleValue call(PickleValue function, PickleValue arguments)
      throws MalformedFileException {
    if (!(function instanceof Global global)) {
      return foreign("an object that is called", arguments);
    }
    List<PickleValue> values = arguments instanceof Items items ? items.values() : List.of();
    return switch (global.path()) {
      case "collections.OrderedDict", "collections.defaultdict", "collections.Counter" ->
          table(values);
      case "builtins.list",
          "builtins.tuple",
          "builtins.set",
          "builtins.frozenset",
          "__builtin__.list",
          "__builtin__.set" ->
          values.size() == 1 ? values.get(0) : new Items(List.of());
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" ->
          tensor(values, Optional.empty());
      case "torch._utils._rebuild_tensor_v3" -> typedTensor(values);
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
          at(values, 0);
      case "torch._tensor._rebuild_from_type_v2", "torch._tensor._rebuild_from_type" ->
          call(at(values, 0), at(values, 2));
      default -> foreign(global.path(), arguments);
    };
  }

  /** A dictionary of pairs, if the call has any; what it makes missing values of is no matter. */
  private static PickleValue table(List<PickleValue> arguments) {
    Table table = new Table();
    for (PickleValue argument : arguments) {
      if (argument instanceof Table other) {
        other.entries().forEach((key, value) -> table.put(new Text(key), value));
      } else if (argument instanceof Items pairs) {
        for (PickleValue pair : pairs.values()) {
          if (pair instanceof Items both && both.values().size() == 2) {
            table.put(both.values().get(0), both.values().get(1));
          }
        }
      }
    }
    return table;
  }

  /** {@code (storage, offset, sizes, strides, ...)}. */
  private static PickleValue tensor(List<PickleValue> arguments, Optional<TorchType> type)
      throws MalformedFileException {
    if (at(arguments, 0) instanceof Foreign storage) {
      return foreign(storage.type(), new Items(arguments));
    }
    if (!(at(arguments, 0) instanceof Storage storage)) {
      throw new MalformedFileException("the pickle is broken: a tensor without a storage");
    }
    return new Tensor(
        storage,
        type.orElse(storage.type()),
        number(at(arguments, 1)),
        numbers(at(arguments, 2)),
        numbers(at(arguments, 3)));
  }

  /** {@code (storage, offset, sizes, strides, requires_grad, hooks, dtype, ...)}. */
  private static PickleValue typedTensor(List<PickleValue> arguments)
      throws MalformedFileException {
    Optional<TorchType> type = TorchType.ofDtype(at(arguments, 6));
    return type.isPresent()
        ? tensor(arguments, type)
        : foreign("torch._utils._rebuild_tensor_v3", new Items(arguments));
  }

  /**
   * The value that {@code torch.load} looks up elsewhere: {@code ('storage', class, key, location,
   * count)}, in old files with what it is a view of; or a module with its source.
   */
  static PickleValue persistent(PickleValue id) throws MalformedFileException {
    List<PickleValue> parts = id instanceof Items items ? items.values() : List.of();
    if (at(parts, 0) instanceof Text kind && kind.value().equals("module")) {
      return at(parts, 1);
    }
    if (!(at(parts, 0) instanceof Text kind)
        || !kind.value().equals("storage")
        || !(at(parts, 2) instanceof Text key)) {
      return new Foreign("a persistent id");
    }
    if (parts.size() > 5 && parts.get(5) != Plain.NONE) {
      return new Foreign("a storage that is a view of another");
    }
    Optional<TorchType> type = TorchType.ofStorage(at(parts, 1));
    return type.isPresent()
        ? new Storage(key.value(), type.get(), number(at(parts, 4)))
        : new Foreign(at(parts, 1) instanceof Global global ? global.path() : "a storage");
  }

  private static PickleValue foreign(String type, PickleValue part) {
    Foreign object = new Foreign(type);
    object.parts().add(part);
    return object;
  }

  /** An argument; one that is not there is none. */
  private static PickleValue at(List<PickleValue> values, int index) {
    return index < values.size() ? values.get(index) : Plain.NONE;
  }

  private static long number(PickleValue value) throws MalformedFileException {
    if (value instanceof Whole whole && whole.value() >= 0) {
      return whole.value();
    }
    throw new MalformedFileException(
        "the pickle is broken: a size of a tensor must be a whole number from 0");
  }

  private static List<Long> numbers(PickleValue value) throws MalformedFileException {
    List<Long> numbers = new ArrayList<>();
    for (PickleValue each : value instanceof Items items ? items.values() : List.of(value)) {
      numbers.add(number(each));
    }
    return numbers;
  }
}
