package io.isotherm.solvers.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.cudastub.CudaStub;
import io.isotherm.golden.Weights;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.SolverLostException;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CusolverEigenvalueSolverTest {

  private static final int ILLEGAL_ADDRESS = 700;
  private static final int OUT_OF_MEMORY = 2;

  /** Of the largest eigenvalue: the Gram matrix and the reduction cost up to four each. */
  private static final double SINGLE_ROUNDINGS = 8;

  private CudaLibraries cuda;

  @BeforeEach
  void load() {
    CudaStub.folder();
    CudaStub.reset();
    CudaStub.devices(2);
    cuda = Solvers.cuda();
  }

  @AfterEach
  void reset() {
    assertThat(CudaStub.refusals()).isZero();
    CudaStub.reset();
    cuda.devices().forEach(device -> cuda.shared(device).memory().free(0));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void weightsOfEveryTypeComeOutAsTheReferenceHasThem(DType dtype) {
    // Given weights whose largest is far from 1, so that they are scaled
    WeightMatrices matrices = matrices(tensor(dtype, 70, 90, 1e-3));
    double[] expected = new ReferenceEigenvalueSolver().eigenvalues(matrices, Precision.FP64);

    for (Precision precision : Precision.values()) {
      try (EigenvalueSolver solver = Solvers.on(cuda)) {
        // When
        double[] eigenvalues = solver.eigenvalues(matrices, precision);

        // Then
        double largest = expected[expected.length - 1];
        assertThat(eigenvalues)
            .containsExactly(
                expected, within(SINGLE_ROUNDINGS * 90 * precision.unitRoundoff() * largest));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void weightsThatAreLargerThanTheStagedBytesGoInPieces(DType dtype) {
    // Given 40 MiB at least, and an order that a CPU can do
    int rows = (40 << 20) / dtype.bytes() / 2;
    WeightMatrices matrices = matrices(tensor(dtype, rows, 2, 1));
    double[] expected = new ReferenceEigenvalueSolver().eigenvalues(matrices, Precision.FP64);

    for (Precision precision : Precision.values()) {
      try (EigenvalueSolver solver = Solvers.on(cuda)) {
        // When
        double[] eigenvalues = solver.eigenvalues(matrices, precision);

        // Then: the stub sums in double precision
        assertThat(eigenvalues).containsExactly(expected, within(1e-6 * expected[1]));
      }
    }
  }

  @Test
  void closedSolversLeaveNothingBehindButWhatIsKeptOfTheDevice() {
    // Given
    CudaStub.Live before = CudaStub.live();

    // When
    for (int i = 0; i < 3; i++) {
      try (EigenvalueSolver solver = Solvers.on(cuda)) {
        solver.eigenvalues(matrices(tensor(DType.F32, 20 + i, 30, 1)), Precision.FP32);
        solver.trim();
      }
    }

    // Then one block for all of them
    CudaStub.Live after = CudaStub.live();
    assertThat(after.handles()).isEqualTo(before.handles());
    assertThat(after.pinnedBlocks()).isEqualTo(before.pinnedBlocks());
    assertThat(after.deviceBlocks()).isEqualTo(before.deviceBlocks() + 1);
    cuda.shared(cuda.device(0)).memory().free(0);
    assertThat(CudaStub.live()).isEqualTo(before);
  }

  @Test
  void solversShareADeviceFromThreadsOfTheirOwn() throws Exception {
    int device = 1;
    // Given layers that take 8 of 20 multiprocessors each, and room for about two at once
    CudaStub.memory(8 << 20);
    List<WeightMatrices> layers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      layers.add(matrices(tensor(DType.F32, 258 + i, 257, 1)));
    }
    List<double[]> expected = new ArrayList<>();
    try (EigenvalueSolver alone = new CusolverEigenvalueSolver(cuda, device, solver -> {})) {
      layers.forEach(layer -> expected.add(alone.eigenvalues(layer, Precision.FP64)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      // When
      List<Future<double[]>> found = new ArrayList<>();
      for (WeightMatrices layer : layers) {
        Callable<double[]> task =
            () -> {
              try (EigenvalueSolver solver =
                  new CusolverEigenvalueSolver(cuda, device, each -> {})) {
                return solver.eigenvalues(layer, Precision.FP64);
              }
            };
        found.add(threads.submit(task));
      }

      // Then
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i).get()).containsExactly(expected.get(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void matrixThatDoesNotFitTheDeviceIsRefusedInOneLineAndTheNextOneIsSolved() {
    // Given room for the small one, whatever solvers of other tests have kept
    CudaStub.memory(16 << 20);
    try (EigenvalueSolver solver = Solvers.on(cuda)) {
      // When, then
      assertThatThrownBy(
              () -> solver.eigenvalues(matrices(tensor(DType.F32, 2500, 2000, 1)), Precision.FP32))
          .isInstanceOf(SolverException.class)
          .hasMessageMatching(
              "a matrix of 2500 x 2000 needs \\d+ bytes of CUDA device 0 \\(Stub 0\\), \\d+"
                  + " of 16777216 bytes are free");
      assertThat(solver.eigenvalues(matrices(tensor(DType.F32, 30, 20, 1)), Precision.FP32))
          .hasSize(20);
    }
  }

  @Test
  void failedCallIsAFailureOfItsLayerAndTheNextOneIsSolved() {
    WeightMatrices layer = matrices(tensor(DType.F32, 70, 60, 1));
    try (EigenvalueSolver solver = Solvers.on(cuda)) {
      CudaStub.plant("cuLaunchKernel", 1, false);

      assertThatThrownBy(() -> solver.eigenvalues(layer, Precision.FP32))
          .isInstanceOf(SolverException.class)
          .hasMessage(
              "cuLaunchKernel of unpack on CUDA device 0 (Stub 0) gave error 1, an error of the"
                  + " stub");
      assertThat(solver.eigenvalues(layer, Precision.FP32)).hasSize(60);
    }
  }

  @Test
  void memoryThatCannotBePinnedIsAFailureOfItsLayer() {
    WeightMatrices layer = matrices(tensor(DType.F32, 70, 60, 1));
    try (EigenvalueSolver solver = Solvers.on(cuda)) {
      CudaStub.plant("cudaHostAlloc", OUT_OF_MEMORY, false);

      assertThatThrownBy(() -> solver.eigenvalues(layer, Precision.FP32))
          .isInstanceOf(SolverException.class)
          .hasMessage("cudaHostAlloc on CUDA device 0 (Stub 0) gave error 2, out of memory");
      assertThat(solver.eigenvalues(layer, Precision.FP32)).hasSize(60);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cudaMemcpyAsync", "cublasSsyrk", "cuLaunchKernel"})
  void errorThatStaysIsTheLossOfTheDevice(String call) {
    WeightMatrices layer = matrices(tensor(DType.F32, 70, 60, 1));
    try (EigenvalueSolver solver = Solvers.on(cuda)) {
      // Given
      CudaStub.plant(call, ILLEGAL_ADDRESS, true);

      // When, then
      assertThatThrownBy(() -> solver.eigenvalues(layer, Precision.FP32))
          .isInstanceOf(SolverLostException.class)
          .hasMessageStartingWith("CUDA device 0 (Stub 0) is lost to this process: ")
          .hasMessageEndingWith("it stays at error 700, an illegal memory access was encountered");
      assertThatThrownBy(() -> solver.eigenvalues(layer, Precision.FP32))
          .isInstanceOf(SolverLostException.class);
      CudaStub.reset();
    }
  }

  private static WeightMatrices matrices(SafeTensor tensor) {
    try {
      return WeightTensor.of(tensor).slices();
    } catch (UnreadableTensorException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Random weights of a type, the largest about {@code scale}. */
  private static SafeTensor tensor(DType dtype, int rows, int columns, double scale) {
    if (dtype == DType.F64) {
      double[] values =
          Arrays.stream(Weights.gaussian(rows * columns, 61)).map(w -> w * scale).toArray();
      return Weights.dense(rows, columns, values);
    }
    Random random = new Random(67);
    ByteBuffer data =
        ByteBuffer.allocate(rows * columns * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (data.hasRemaining()) {
      float value = (float) (scale * (2 * random.nextDouble() - 1));
      switch (dtype) {
        case F32 -> data.putFloat(value);
        case BF16 -> data.putShort((short) (Float.floatToIntBits(value) >>> Short.SIZE));
        default -> data.putShort(half(random));
      }
    }
    return new SafeTensor(
        "layer", dtype, List.of((long) rows, (long) columns), Map.of(), data.flip());
  }

  /** A random half between 2^-10 and 1, of either sign. */
  private static short half(Random random) {
    int exponent = 5 + random.nextInt(10);
    return (short) (random.nextInt(2) << 15 | exponent << 10 | random.nextInt(1 << 10));
  }
}
