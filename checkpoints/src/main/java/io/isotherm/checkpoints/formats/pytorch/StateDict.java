package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Foreign;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Items;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Table;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Tensor;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.TensorFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The tensors of a pickle by the keys that lead to them, with dots between. */
final class StateDict {

  /**
   * What training codes call the network's own dictionary among those of a checkpoint: Lightning
   * and many others, then fairseq and timm, DeepSpeed, and the rest.
   */
  private static final List<String> NETWORK =
      List.of(
          "state_dict",
          "model_state_dict",
          "model_state",
          "model",
          "module",
          "network",
          "net",
          "params",
          "weights");

  /** Dictionaries in each other; a hostile one may have no end. */
  private static final int MAX_DEPTH = 64;

  /** Most visits to values, which a hostile pickle may share without end. */
  private static final int MAX_VISITS = 5_000_000;

  private static final int MAX_KEY = 1024;
  private static final long MAX_NAMES = 100_000_000;

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Integer> insideObjects = new TreeMap<>();
  private final Deque<String> keys = new ArrayDeque<>();
  private int visits;
  private long names;

  private StateDict() {}

  /**
   * The tensors below the root of a pickle.
   *
   * @throws MalformedFileException with one line, if none can be reached
   */
  static StateDict of(PickleValue root) throws MalformedFileException {
    StateDict found = new StateDict();
    Optional<String> network = network(root);
    if (network.isEmpty()) {
      found.walk(root);
    } else {
      for (Map.Entry<String, PickleValue> entry : ((Table) root).entries().entrySet()) {
        if (entry.getKey().equals(network.get())) {
          found.walk(entry.getValue());
        } else {
          found.walk(entry.getKey(), entry.getValue());
        }
      }
    }
    if (found.tensors.isEmpty()) {
      throw new MalformedFileException(found.whyEmpty(root));
    }
    return found;
  }

  /** The key of the network's dictionary, where the root holds several things. */
  private static Optional<String> network(PickleValue root) {
    return root instanceof Table table
        ? NETWORK.stream()
            .filter(
                key ->
                    table.entries().get(key) instanceof Table network
                        && network.entries().values().stream().anyMatch(Tensor.class::isInstance))
            .findFirst()
        : Optional.empty();
  }

  private void walk(String key, PickleValue value) throws MalformedFileException {
    if (keys.size() == MAX_DEPTH) {
      throw new MalformedFileException(
          "the pickle has more than %d dictionaries or lists in each other".formatted(MAX_DEPTH));
    }
    keys.addLast(key);
    walk(value);
    keys.removeLast();
  }

  private void walk(PickleValue value) throws MalformedFileException {
    visits++;
    requireFewVisits();
    if (value instanceof Tensor tensor) {
      add(tensor);
    } else if (value instanceof Foreign object) {
      countInside(object);
    } else if (value instanceof Table table) {
      for (Map.Entry<String, PickleValue> entry : table.entries().entrySet()) {
        walk(entry.getKey(), entry.getValue());
      }
    } else if (value instanceof Items items) {
      for (int i = 0; i < items.values().size(); i++) {
        walk(Integer.toString(i), items.values().get(i));
      }
    }
  }

  private void requireFewVisits() throws MalformedFileException {
    if (visits > MAX_VISITS) {
      throw new MalformedFileException(
          "the pickle leads to more than %d values".formatted(MAX_VISITS));
    }
  }

  private void add(Tensor tensor) throws MalformedFileException {
    int length = keys.stream().mapToInt(String::length).max().orElse(0);
    names += (long) keys.size() * length;
    if (length > MAX_KEY || names > MAX_NAMES) {
      throw new MalformedFileException("the names of its tensors are too long");
    }
    String name = keys.isEmpty() ? "tensor" : String.join(".", keys);
    if (name.equals("__metadata__")) {
      throw new MalformedFileException("a tensor must not be named " + name);
    }
    if (tensors.put(name, tensor) != null) {
      throw new MalformedFileException("the names of two tensors are both " + OneLine.quoted(name));
    }
    if (tensors.size() > TensorFormat.MAX_TENSORS) {
      throw new MalformedFileException(
          "it must hold at most %d tensors, got more".formatted(TensorFormat.MAX_TENSORS));
    }
  }

  /** Of an object nothing is read, but it is told what that leaves out. */
  private void countInside(Foreign object) throws MalformedFileException {
    Set<PickleValue> parts = Reachable.from(object);
    visits += parts.size();
    requireFewVisits();
    int count = (int) parts.stream().filter(Tensor.class::isInstance).count();
    if (count > 0) {
      insideObjects.merge(object.type(), count, Integer::sum);
    }
  }

  private String whyEmpty(PickleValue root) {
    if (!insideObjects.isEmpty()) {
      return "its tensors are inside an object of %s, of which no code is run: save the network's state_dict()"
          .formatted(OneLine.quoted(insideObjects.keySet().iterator().next()));
    }
    return root instanceof Foreign object
        ? "it holds an object of %s and no tensor".formatted(OneLine.quoted(object.type()))
        : "it holds no tensor";
  }

  /** The tensors by name, in the order of the pickle. */
  Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** What is left out, one line each. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    insideObjects.forEach(
        (type, count) ->
            notes.add(
                "%d tensors inside objects of %s are left out"
                    .formatted(count, OneLine.quoted(type))));
    return notes;
  }
}
