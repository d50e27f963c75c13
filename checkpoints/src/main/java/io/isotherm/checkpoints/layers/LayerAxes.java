package io.isotherm.checkpoints.layers;

import io.isotherm.contracts.run.LayerKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What the axes of a layer's weights are, in the order in which they are stored.
 *
 * @param order the names that {@link io.isotherm.safetensors.SafeTensor#LAYOUT} has for them
 * @param isGuess whether the weights can be read otherwise, and nothing in the file decides
 */
public record LayerAxes(List<String> order, boolean isGuess) {

  /** Axes of a dense layer's weights. */
  static final int MATRIX_RANK = 2;

  /** Axes of the weights of a convolution in three dimensions. */
  static final int LARGEST_RANK = 5;

  static final String OUT = "out";
  static final String IN = "in";

  private static final String STACK = "stack";
  private static final List<String> KERNEL = List.of("kD", "kH", "kW");

  /** Copies the list. */
  public LayerAxes {
    order = List.copyOf(order);
  }

  /** The last {@code number} axes of a kernel. */
  static List<String> kernel(int number) {
    return KERNEL.subList(KERNEL.size() - number, KERNEL.size());
  }

  /** A stack of matrices. */
  static LayerAxes stack(boolean hasInputsFirst) {
    return new LayerAxes(hasInputsFirst ? List.of(STACK, IN, OUT) : List.of(STACK, OUT, IN), false);
  }

  /** The same, known only as far as it can be guessed. */
  LayerAxes guessed() {
    return new LayerAxes(order, true);
  }

  /** Outputs and inputs exchanged. */
  LayerAxes exchanged() {
    List<String> exchanged = new ArrayList<>(order);
    Collections.swap(exchanged, order.indexOf(OUT), order.indexOf(IN));
    return new LayerAxes(exchanged, isGuess);
  }

  boolean isStack() {
    return order.contains(STACK);
  }

  /** The axes of one matrix of a stack. */
  LayerAxes ofMember() {
    return new LayerAxes(order.subList(1, order.size()), isGuess);
  }

  /** What such weights are. */
  public LayerKind kind() {
    if (isStack()) {
      return LayerKind.STACK;
    }
    return order.size() == MATRIX_RANK ? LayerKind.DENSE : LayerKind.CONVOLUTION;
  }

  /** The size of an axis. */
  long size(String axis, List<Long> stored) {
    return stored.get(order.indexOf(axis));
  }

  /** The sizes in PyTorch's order. */
  List<Long> inStandardOrder(List<Long> stored) {
    return standard().stream().map(axis -> size(axis, stored)).toList();
  }

  private List<String> standard() {
    List<String> standard = new ArrayList<>();
    if (isStack()) {
      standard.add(STACK);
    }
    standard.addAll(List.of(OUT, IN));
    order.stream().filter(KERNEL::contains).forEach(standard::add);
    return standard;
  }

  /** The order as a tensor's layout names it; empty if it is PyTorch's. */
  public Optional<String> layout() {
    return order.equals(standard()) ? Optional.empty() : Optional.of(String.join(",", order));
  }
}
