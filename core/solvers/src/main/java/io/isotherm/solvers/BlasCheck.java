package io.isotherm.solvers;

import io.isotherm.solvers.Blas.Triangle;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Compares the routines of a {@link Blas} with plain Java. OpenBLAS brings kernels for every kind
 * of processor and chooses among them at run time; builds are known whose choice computes wrong
 * results on processors that came after them.
 *
 * <p>Products are compared times a vector of signs (Freivalds' check), which takes as many
 * operations as the matrices have elements, and shows every wrong element.
 */
final class BlasCheck {

  /**
   * Orders and depths of products: around the widths of vectors and of the kernels' tiles, then
   * beyond the blocks that kernels cut matrices into, which have up to 768 rows and columns.
   */
  private static final List<Shape> PRODUCTS =
      List.of(
          new Shape(1, 1),
          new Shape(2, 3),
          new Shape(5, 8),
          new Shape(8, 5),
          new Shape(9, 17),
          new Shape(15, 31),
          new Shape(17, 16),
          new Shape(33, 64),
          new Shape(47, 33),
          new Shape(66, 129),
          new Shape(130, 800),
          new Shape(800, 24));

  /** Least order of the products that are written to the upper triangle alone. */
  private static final int LARGE = 800;

  /** Orders of reductions: around the block size of LAPACK, and beyond where it begins to block. */
  private static final List<Integer> REDUCTIONS = List.of(1, 2, 3, 9, 33, 64, 65, 130, 200);

  /**
   * Roundings that the sums of a product may be off by, for each term of theirs and the square root
   * of the number of sums. They were below 1 in all trials.
   */
  private static final double PRODUCT_ROUNDINGS = 16;

  /** Roundings of the largest eigenvalue; LAPACK's reductions stayed below 20. */
  private static final double EIGENVALUE_ROUNDINGS = 400;

  private static final int SCALED = 1003;

  private final Blas blas;
  private final Random random = new Random(1);

  private record Shape(int order, int depth) {}

  /**
   * A routine that computed something else than it should.
   *
   * @param routine with what it was called with
   * @param difference largest one to what is right
   * @param allowed what rounding explains
   */
  record Fault(String routine, double difference, double allowed) {}

  private BlasCheck(Blas blas) {
    this.blas = blas;
  }

  /** The first routine that computes wrongly, if one does. */
  static Optional<Fault> firstFault(Blas blas) {
    return new BlasCheck(blas).firstFault();
  }

  private Optional<Fault> firstFault() {
    for (Shape shape : PRODUCTS) {
      for (boolean transposed : new boolean[] {false, true}) {
        Optional<Fault> fault =
            single(shape, transposed, Triangle.UPPER)
                .or(() -> lower(shape, transposed))
                .or(() -> twofold(shape, transposed));
        if (fault.isPresent()) {
          return fault;
        }
      }
    }
    return REDUCTIONS.stream()
        .map(this::reduction)
        .flatMap(Optional::stream)
        .findFirst()
        .or(this::scaling);
  }

  /** Kernels for the lower triangle serve one stage, and that serves matrices up to some order. */
  private Optional<Fault> lower(Shape shape, boolean transposed) {
    return shape.order() < LARGE ? single(shape, transposed, Triangle.LOWER) : Optional.empty();
  }

  private Optional<Fault> single(Shape shape, boolean transposed, Triangle triangle) {
    int order = shape.order();
    double[] a = numbers(order * shape.depth(), 0x1p24);
    float[] c = new float[order * order];
    try (FloatPointer matrix = new FloatPointer(floats(a));
        FloatPointer product = new FloatPointer(c.length)) {
      // The first product writes over what was there, the second is added to it.
      product.fill(0xff);
      for (float before = 0; before <= 1; before++) {
        blas.ssyrk(
            triangle,
            transposed,
            order,
            shape.depth(),
            matrix,
            transposed ? shape.depth() : order,
            before,
            product);
      }
      product.get(c);
    }
    return fault("ssyrk", shape, transposed, triangle, a, doubles(c), 0x1p-24);
  }

  private Optional<Fault> twofold(Shape shape, boolean transposed) {
    int order = shape.order();
    double[] a = numbers(order * shape.depth(), 0x1p53);
    double[] c = new double[order * order];
    try (DoublePointer matrix = new DoublePointer(a);
        DoublePointer product = new DoublePointer(c.length)) {
      product.fill(0xff);
      for (double before = 0; before <= 1; before++) {
        blas.dsyrk(
            Triangle.UPPER,
            transposed,
            order,
            shape.depth(),
            matrix,
            transposed ? shape.depth() : order,
            before,
            product);
      }
      product.get(c);
    }
    return fault("dsyrk", shape, transposed, Triangle.UPPER, a, c, 0x1p-53);
  }

  /** Random numbers from -0.5 to 0.5, multiples of {@code 1 / steps}. */
  private double[] numbers(int count, double steps) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = Math.rint((random.nextDouble() - 0.5) * steps) / steps;
    }
    return numbers;
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  private static double[] doubles(float[] numbers) {
    double[] doubles = new double[numbers.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = numbers[i];
    }
    return doubles;
  }

  /** Whether twice the product of {@code a} and its transpose is not {@code c}. */
  private Optional<Fault> fault(
      String routine,
      Shape shape,
      boolean transposed,
      Triangle triangle,
      double[] a,
      double[] c,
      double roundoff) {
    int order = shape.order();
    int depth = shape.depth();
    int down = transposed ? depth : 1;
    int across = transposed ? 1 : order;
    double[] signs = random.ints(order, 0, 2).mapToDouble(bit -> 2 * bit - 1).toArray();
    double[] sums = new double[depth];
    double[] differences = new double[order];
    for (int k = 0; k < depth; k++) {
      for (int i = 0; i < order; i++) {
        sums[k] += a[i * down + k * across] * signs[i];
      }
    }
    for (int k = 0; k < depth; k++) {
      for (int i = 0; i < order; i++) {
        differences[i] += 2 * a[i * down + k * across] * sums[k];
      }
    }
    for (int j = 0; j < order; j++) {
      for (int i = 0; i <= j; i++) {
        double element = c[triangle == Triangle.UPPER ? j * order + i : i * order + j];
        differences[i] -= element * signs[j];
        if (i != j) {
          differences[j] -= element * signs[i];
        }
      }
    }
    return fault(
        "%s of order %d and depth %d, %s, %s triangle"
            .formatted(
                routine,
                order,
                depth,
                transposed ? "transposed" : "not transposed",
                triangle == Triangle.UPPER ? "upper" : "lower"),
        largest(differences),
        PRODUCT_ROUNDINGS * roundoff * depth * Math.sqrt(order));
  }

  private Optional<Fault> reduction(int order) {
    KnownSpectrum known = KnownSpectrum.of(order, random);
    double[] found = new double[order];
    int info;
    try (DoublePointer gram = new DoublePointer(known.matrix());
        DoublePointer diagonal = new DoublePointer(order);
        DoublePointer offDiagonal = new DoublePointer(order);
        DoublePointer reflectors = new DoublePointer(order);
        DoublePointer work = new DoublePointer((long) DoublePrecision.BLOCK * order)) {
      info =
          blas.dsytrd(
              order, gram, diagonal, offDiagonal, reflectors, work, DoublePrecision.BLOCK * order);
      info |= blas.dsterf(order, diagonal, offDiagonal);
      diagonal.get(found);
    }
    return fault(
        "dsytrd and dsterf of order " + order,
        info == 0 ? known.difference(found) : Double.NaN,
        EIGENVALUE_ROUNDINGS * 0x1p-53);
  }

  /** The two routines that bring a tiny Gram matrix to size. */
  private Optional<Fault> scaling() {
    float[] x = floats(numbers(SCALED, 0x1p24));
    double expected = 0;
    for (int i = 0; i < SCALED; i++) {
      expected += i % 2 == 0 ? Math.abs(x[i]) : 0;
    }
    float[] scaled = new float[SCALED];
    double sum;
    try (FloatPointer numbers = new FloatPointer(x)) {
      sum = blas.sasum((SCALED + 1) / 2, numbers, 2);
      blas.sscal(SCALED, 4, numbers);
      numbers.get(scaled);
    }
    double[] differences = new double[SCALED];
    for (int i = 0; i < SCALED; i++) {
      differences[i] = scaled[i] - 4 * x[i];
    }
    return fault("sasum of %d elements".formatted(SCALED), sum - expected, 0x1p-24 * SCALED)
        .or(() -> fault("sscal of %d elements".formatted(SCALED), largest(differences), 0));
  }

  /** NaN is a fault too. */
  private static Optional<Fault> fault(String routine, double difference, double allowed) {
    return Math.abs(difference) <= allowed
        ? Optional.empty()
        : Optional.of(new Fault(routine, Math.abs(difference), allowed));
  }

  private static double largest(double[] differences) {
    double largest = 0;
    for (double difference : differences) {
      largest = Math.max(largest, Math.abs(difference));
    }
    return largest;
  }
}
