package io.isotherm.solvers;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Calls on small matrices, so that libraries are loaded and loops compiled before work arrives, and
 * so that a solver that computes wrongly on this machine is found out: what comes of each call is
 * held against {@link ReferenceEigenvalueSolver}.
 */
final class WarmUp {

  private static final int ORDER = 64;

  /** With a last strip of padding and one without, and an odd and an even order. */
  private static final List<Integer> KERNEL_ORDERS = List.of(127, 192);

  /**
   * By how much the second matrix of two is smaller, so that its Gram matrix has to be enlarged.
   */
  private static final float TINY = 0x1p-24f;

  /** Whatever is reduced in two stages has all of their steps from some band widths on. */
  private static final int LARGE_ORDER = 300;

  private static final int MAX_ROUNDS = 250;
  private static final long MAX_NANOS = 2_000_000_000;

  /**
   * Roundings of the largest eigenvalue that a solver may be off by. Sums of a few hundred terms
   * and reductions of such an order stay below 40.
   */
  private static final double ROUNDINGS = 500;

  private final EigenvalueSolver solver;
  private final String remedy;

  /**
   * The warm-up of a solver.
   *
   * @param remedy what a user can do where the solver computes wrong results
   */
  WarmUp(EigenvalueSolver solver, String remedy) {
    this.solver = solver;
    this.remedy = remedy;
  }

  /**
   * Solves in every precision that a solver has.
   *
   * @throws SolverException if it does not, or computes wrong results
   */
  static void solveOnce(EigenvalueSolver solver) {
    new WarmUp(solver, "choose another solver").solveOnce();
  }

  /** As {@link #solveOnce(EigenvalueSolver)}. */
  void solveOnce() {
    Case square = Case.of(ORDER, ORDER, 1);
    for (Precision precision : Precision.values()) {
      if (solver.supports(precision)) {
        check(square, precision, solver.eigenvalues(square.matrices(), precision));
      }
    }
  }

  /**
   * Solves in single precision until the kernels on the vector unit are compiled: before, they take
   * a hundred times as long, which would be minutes for a large matrix. Then solves tall, wide and
   * tiny matrices too.
   */
  void compile() {
    List<Case> cases = new ArrayList<>();
    KERNEL_ORDERS.forEach(order -> cases.add(Case.of(order, order, 1)));
    List<double[]> found = new ArrayList<>();
    cases.forEach(each -> found.add(new double[each.matrices().eigenvalueCount()]));
    long begun = System.nanoTime();
    for (int i = 0; i < MAX_ROUNDS && System.nanoTime() - begun < MAX_NANOS; i++) {
      for (int k = 0; k < cases.size(); k++) {
        solver.eigenvalues(cases.get(k).matrices(), Precision.FP32, found.get(k));
      }
    }
    for (int k = 0; k < cases.size(); k++) {
      check(cases.get(k), Precision.FP32, found.get(k));
    }
    for (Case each : List.of(Case.of(150, 65, 1), Case.of(71, 203, 1), Case.of(70, 70, 2))) {
      for (Precision precision : Precision.values()) {
        check(each, precision, solver.eigenvalues(each.matrices(), precision));
      }
    }
  }

  /** The same for the kernels that reduce large matrices, with a matrix that is not large. */
  void compileForLargeMatrices(SinglePrecision singlePrecision) {
    singlePrecision.warmUp();
    KnownSpectrum known = KnownSpectrum.of(LARGE_ORDER, new Random(1));
    FloatBuffer matrix = FloatBuffer.allocate(LARGE_ORDER * LARGE_ORDER);
    for (double element : known.matrix()) {
      matrix.put((float) element);
    }
    double[] found = singlePrecision.eigenvaluesInTwoStages(matrix.flip(), LARGE_ORDER);
    require("a matrix of order " + LARGE_ORDER, Precision.FP32, known.difference(found));
  }

  private void check(Case matrices, Precision precision, double[] found) {
    require(matrices.toString(), precision, matrices.difference(found));
  }

  private void require(String what, Precision precision, double difference) {
    double allowed = ROUNDINGS * precision.unitRoundoff();
    if (!(difference <= allowed)) {
      throw new SolverException(
          String.format(
              Locale.ROOT,
              "solver %s computes wrong results on this machine, processor %s: eigenvalues of %s in"
                  + " %s are off by %.1e of the largest where %.1e is allowed; %s",
              solver.name(),
              Processor.ofThisMachine().model(),
              what,
              precision.label(),
              difference,
              allowed,
              remedy));
    }
  }

  /**
   * Matrices and what their eigenvalues are.
   *
   * @param matrices with elements that look random
   * @param expected in double precision
   */
  private record Case(WeightMatrices matrices, double[] expected) {

    /** One matrix, or two, of which the second one is tiny. */
    static Case of(int rows, int columns, int count) {
      ByteBuffer data =
          ByteBuffer.allocate(rows * columns * count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      Random random = new Random(1);
      while (data.hasRemaining()) {
        float number = random.nextFloat() - 0.5f;
        boolean second = count == 2 && data.position() % (2 * Float.BYTES) != 0;
        data.putFloat(second ? TINY * number : number);
      }
      List<Long> shape = List.of((long) rows, (long) columns, 1L, (long) count);
      try {
        WeightMatrices matrices =
            WeightTensor.of(new SafeTensor("warm-up", DType.F32, shape, Map.of(), data.flip()))
                .slices();
        return new Case(
            matrices, new ReferenceEigenvalueSolver().eigenvalues(matrices, Precision.FP64));
      } catch (UnreadableTensorException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The largest difference, relative to the largest eigenvalue of the same matrix. */
    double difference(double[] found) {
      double largest = 0;
      for (int i = 0; i < expected.length; i++) {
        double norm = expected[i / matrices.order() * matrices.order() + matrices.order() - 1];
        largest = Math.max(largest, Math.abs(found[i] - expected[i]) / norm);
      }
      return largest;
    }

    @Override
    public String toString() {
      return "%d x %d".formatted(matrices.rows(), matrices.columns());
    }
  }
}
