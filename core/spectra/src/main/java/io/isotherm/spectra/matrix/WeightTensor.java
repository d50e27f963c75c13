package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;

/**
 * A layer's weights, looked at once, and the ways to read them as matrices: a dense layer {@code
 * [out, in]}, a convolution {@code [out, in, k]}, {@code [out, in, kH, kW]} or {@code [out, in, kD,
 * kH, kW]}, or a stack of dense layers {@code [stack, out, in]}, such as the experts of a mixture.
 * The tensor's bytes are shared, not copied.
 */
public final class WeightTensor {

  private final DType dtype;
  private final ByteBuffer data;
  private final Elements elements;
  private final Layout layout;
  private final long elementCount;
  private final Elements.Extent extent;

  private WeightTensor(SafeTensor tensor, Layout layout) {
    this.dtype = tensor.dtype();
    this.data = tensor.data();
    this.elements = Elements.of(dtype, data);
    this.layout = layout;
    this.elementCount = tensor.elementCount();
    this.extent = elements.extent(Math.toIntExact(elementCount));
  }

  /**
   * A tensor of rank 2 to 5, in PyTorch's order of dimensions or the one that its {@value
   * SafeTensor#LAYOUT} entry names; a stack must be named by it. Looks at every element.
   *
   * @throws UnreadableTensorException if rank or layout are not those of a layer
   */
  public static WeightTensor of(SafeTensor tensor) throws UnreadableTensorException {
    return new WeightTensor(tensor, Layout.of(tensor));
  }

  /** The type that the weights came in. */
  public DType dtype() {
    return dtype;
  }

  /** Unit roundoff of the format that the weights came in. */
  public double roundoff() {
    return switch (dtype) {
      case F64 -> 0x1p-53;
      case F32 -> 0x1p-24;
      case F16 -> 0x1p-11;
      case BF16 -> 0x1p-8;
    };
  }

  /** How many weights there are. */
  public long elementCount() {
    return elementCount;
  }

  /** Largest magnitude among the finite weights; 0 if there is none. */
  public double maxAbs() {
    return extent.maxAbs();
  }

  /** How many weights are NaN or infinite. */
  public long nonFinite() {
    return extent.nonFinite();
  }

  /** Dimensions of a convolution's kernel, 1 to 3; 0 for a dense layer and for a stack. */
  public int kernelRank() {
    return isStack() ? 0 : layout.axes().size() - 2;
  }

  /** Whether the layer is a stack of matrices, each of which is looked at alone. */
  public boolean isStack() {
    return layout.has(Layout.STACK);
  }

  /** How many matrices a stack has; 1 for any other layer. */
  public int members() {
    return layout.axis(Layout.STACK).size();
  }

  /** The layer's outputs. */
  public int outputs() {
    return layout.axis(Layout.OUT).size();
  }

  /** The layer's inputs, per group if the convolution has groups. */
  public int inputs() {
    return layout.axis(Layout.IN).size();
  }

  /** Height of the kernel; 1 where there is none. */
  public int kernelHeight() {
    return layout.axis(Layout.HEIGHT).size();
  }

  /** Width of the kernel; 1 where there is none. */
  public int kernelWidth() {
    return layout.axis(Layout.WIDTH).size();
  }

  /**
   * One matrix {@code [out, in]} for each position of the kernel: slice {@code W[:, :, d, i, j]} is
   * number {@code (d * kH + i) * kW + j}. A dense layer is one matrix, and a stack its members in
   * their order.
   */
  public WeightMatrices slices() {
    return matrices(Layout.OUT, Layout.IN, Layout.STACK, Layout.DEPTH, Layout.HEIGHT, Layout.WIDTH);
  }

  /** One matrix {@code [kH, kW]} for each pair: kernel {@code W[o, i]} is number {@code o*in+i}. */
  public WeightMatrices kernels() {
    return matrices(Layout.HEIGHT, Layout.WIDTH, Layout.OUT, Layout.IN);
  }

  /** One matrix {@code [in, kW]} for each output and row of the kernel, output by output. */
  public WeightMatrices filters() {
    return matrices(Layout.IN, Layout.WIDTH, Layout.OUT, Layout.HEIGHT);
  }

  /** Two axes span the matrices, the others count them, the last one fastest. */
  private WeightMatrices matrices(String rows, String columns, String... counting) {
    int[] offsets = {0};
    for (String name : counting) {
      Layout.Axis axis = layout.axis(name);
      int[] more = new int[Math.multiplyExact(offsets.length, axis.size())];
      for (int i = 0; i < more.length; i++) {
        more[i] = offsets[i / axis.size()] + i % axis.size() * axis.stride();
      }
      offsets = more;
    }
    return new WeightMatrices(
        new WeightMatrices.Source(dtype, data, elements, exponent()),
        layout.axis(rows),
        layout.axis(columns),
        offsets);
  }

  private int exponent() {
    return maxAbs() == 0 ? 0 : Math.getExponent(maxAbs());
  }
}
