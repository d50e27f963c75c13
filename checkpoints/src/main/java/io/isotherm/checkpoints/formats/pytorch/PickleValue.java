package io.isotherm.checkpoints.formats.pytorch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pickle builds, as far as it matters for tensors. */
sealed interface PickleValue {

  /** What needs no more than to be told from the rest. */
  enum Plain implements PickleValue {
    NONE,
    TRUE,
    FALSE,
    /** Floats, bytes and numbers of more than 64 bits. */
    OTHER
  }

  /** A string. */
  record Text(String value) implements PickleValue {}

  /** An integer. */
  record Whole(long value) implements PickleValue {}

  /** A class or function by name; never looked up. */
  record Global(String module, String name) implements PickleValue {
    String path() {
      return module + "." + name;
    }
  }

  /** A list, tuple or set. */
  final class Items implements PickleValue {
    private final List<PickleValue> values;

    Items(List<PickleValue> values) {
      this.values = new ArrayList<>(values);
    }

    List<PickleValue> values() {
      return values;
    }
  }

  /** A dictionary. Keys that are neither strings nor integers stand as their number in it. */
  final class Table implements PickleValue {
    /** Most of a hostile file's are empty. */
    private Map<String, PickleValue> entries = Map.of();

    void put(PickleValue key, PickleValue value) {
      if (entries.isEmpty()) {
        entries = new LinkedHashMap<>();
      }
      entries.put(name(key), value);
    }

    private String name(PickleValue key) {
      if (key instanceof Text text) {
        return text.value();
      }
      return key instanceof Whole whole
          ? Long.toString(whole.value())
          : "(%d)".formatted(entries.size());
    }

    Map<String, PickleValue> entries() {
      return entries;
    }
  }

  /** An object of a class that is not understood. */
  final class Foreign implements PickleValue {
    private final String type;
    private final List<PickleValue> parts = new ArrayList<>(1);

    Foreign(String type) {
      this.type = type;
    }

    /** The name of its class, or of the function that makes it. */
    String type() {
      return type;
    }

    /** What it was made of. */
    List<PickleValue> parts() {
      return parts;
    }
  }

  /**
   * Numbers in a row, which tensors are views of.
   *
   * @param key that names it in the file
   * @param type of the numbers
   * @param count of the numbers
   */
  record Storage(String key, TorchType type, long count) implements PickleValue {}

  /**
   * A tensor.
   *
   * @param storage that it is a view of
   * @param type of the elements, which the storage may not know
   * @param offset in the storage, in elements
   * @param sizes of the dimensions
   * @param strides from one element to the next along each dimension, in elements
   */
  record Tensor(Storage storage, TorchType type, long offset, List<Long> sizes, List<Long> strides)
      implements PickleValue {
    public Tensor {
      sizes = List.copyOf(sizes);
      strides = List.copyOf(strides);
    }
  }
}
