package io.isotherm.checkpoints;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Weights of which one thing is true, in the checkpoint's order. */
final class TensorGroup {

  private final List<String> names = new ArrayList<>();
  private double parameters;

  /**
   * One more.
   *
   * @param shape of the weight
   */
  void add(String name, List<Long> shape) {
    names.add(name);
    parameters += shape.stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
  }

  List<String> names() {
    return Collections.unmodifiableList(names);
  }

  int count() {
    return names.size();
  }

  /** How many numbers a network has in them; a double, since shapes are not believed. */
  double parameters() {
    return parameters;
  }
}
