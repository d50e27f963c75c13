package io.isotherm.benchmarks.stages;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From bytes to scaled matrices in the memory that a solver computes in. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReadingBenchmark {

  /** What the weights come in. */
  @Param public DType dtype;

  private SafeTensor tensor;
  private FloatBuffer floats;
  private DoubleBuffer doubles;

  /** Makes room for all matrices in floats and for one in doubles, outside of the heap. */
  @Setup
  public void setUp(Layer layer) throws UnreadableTensorException {
    tensor = layer.tensor(dtype);
    WeightMatrices matrices = WeightTensor.of(tensor).slices();
    int length = matrices.matrixLength();
    floats =
        ByteBuffer.allocateDirect(matrices.count() * length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    doubles =
        ByteBuffer.allocateDirect(length * Double.BYTES)
            .order(ByteOrder.nativeOrder())
            .asDoubleBuffer();
  }

  /** Looks for the largest weight and for NaN. */
  @Benchmark
  public WeightMatrices scan() throws UnreadableTensorException {
    return WeightTensor.of(tensor).slices();
  }

  /** Looks at all weights and copies all matrices. */
  @Benchmark
  public FloatBuffer scanAndCopyToFloats() throws UnreadableTensorException {
    WeightMatrices matrices = WeightTensor.of(tensor).slices();
    matrices.copyTo(0, matrices.count(), floats);
    return floats;
  }

  /** The same in double precision, one matrix over the other. */
  @Benchmark
  public DoubleBuffer scanAndCopyToDoubles() throws UnreadableTensorException {
    WeightMatrices matrices = WeightTensor.of(tensor).slices();
    for (int k = 0; k < matrices.count(); k++) {
      matrices.copyTo(k, doubles);
    }
    return doubles;
  }
}
