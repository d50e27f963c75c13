package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.SafeTensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where the axes of a layer's weights lie in a tensor: sizes and distances in elements. */
record Layout(Map<String, Axis> axes) {

  static final String OUT = "out";
  static final String IN = "in";
  static final String DEPTH = "kD";
  static final String HEIGHT = "kH";
  static final String WIDTH = "kW";
  static final String STACK = "stack";

  private static final List<String> DENSE = List.of(OUT, IN);
  private static final List<String> CONVOLUTION_1D = List.of(OUT, IN, WIDTH);
  private static final List<String> CONVOLUTION_2D = List.of(OUT, IN, HEIGHT, WIDTH);
  private static final List<String> CONVOLUTION_3D = List.of(OUT, IN, DEPTH, HEIGHT, WIDTH);
  private static final List<String> STACKED = List.of(STACK, OUT, IN);
  private static final List<List<String>> STANDARD =
      List.of(DENSE, CONVOLUTION_1D, CONVOLUTION_2D, CONVOLUTION_3D, STACKED);
  private static final Axis ABSENT = new Axis(1, 0);

  /**
   * One axis.
   *
   * @param size number of elements along the axis
   * @param stride distance between two of them
   */
  record Axis(int size, int stride) {}

  Axis axis(String name) {
    return axes.getOrDefault(name, ABSENT);
  }

  boolean has(String name) {
    return axes.containsKey(name);
  }

  /** The names of the axes in PyTorch's order. */
  List<String> standardOrder() {
    return STANDARD.stream()
        .filter(order -> axes.keySet().equals(Set.copyOf(order)))
        .findFirst()
        .orElseThrow();
  }

  /** Reads shape and, if there is one, the {@value SafeTensor#LAYOUT} entry. */
  static Layout of(SafeTensor tensor) throws UnreadableTensorException {
    List<String> standard = standard(tensor);
    List<String> order = order(tensor, standard);
    Map<String, Axis> axes = new HashMap<>();
    int stride = 1;
    try {
      for (int i = order.size() - 1; i >= 0; i--) {
        int size = Math.toIntExact(tensor.shape().get(i));
        axes.put(order.get(i), new Axis(size, stride));
        stride = Math.multiplyExact(stride, size);
      }
    } catch (ArithmeticException e) {
      throw new UnreadableTensorException(
          "tensor '%s' must have less than 2^31 elements, got shape: %s"
              .formatted(tensor.name(), tensor.shape()),
          e);
    }
    return new Layout(axes);
  }

  private static List<String> standard(SafeTensor tensor) throws UnreadableTensorException {
    return switch (tensor.shape().size()) {
      case 2 -> DENSE;
      case 3 -> CONVOLUTION_1D;
      case 4 -> CONVOLUTION_2D;
      case 5 -> CONVOLUTION_3D;
      default ->
          throw new UnreadableTensorException(
              "tensor '%s' must have 2 dimensions (dense) or 3 to 5 (convolution), got shape: %s"
                  .formatted(tensor.name(), tensor.shape()));
    };
  }

  private static List<String> order(SafeTensor tensor, List<String> standard)
      throws UnreadableTensorException {
    String layout = tensor.metadata().get(SafeTensor.LAYOUT);
    if (layout == null) {
      return standard;
    }
    List<String> order = Arrays.stream(layout.split(",", -1)).map(String::strip).toList();
    if (isOrderOf(standard, order) || isOrderOf(STACKED, order)) {
      return order;
    }
    String orders = String.join(",", standard);
    throw new UnreadableTensorException(
        "layout of tensor '%s' must order the dimensions %s, got: '%s'"
            .formatted(
                tensor.name(),
                standard.size() == STACKED.size()
                    ? orders + " or " + String.join(",", STACKED)
                    : orders,
                shortened(layout)));
  }

  private static boolean isOrderOf(List<String> axes, List<String> order) {
    return order.size() == axes.size() && new HashSet<>(order).equals(Set.copyOf(axes));
  }

  static String shortened(String layout) {
    String shown = layout.length() > 60 ? layout.substring(0, 60) + "..." : layout;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
