package io.isotherm.checkpoints.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.safetensors.Checkpoint;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of PEFT, held against the weights that PEFT merges. */
class LowRankSchemeTest {

  /** PEFT merges in single precision. */
  private static final double ROUNDING = 2e-6;

  @ParameterizedTest
  @ValueSource(strings = {"plain", "rslora", "transposed"})
  void aPairOnItsBaseIsWhatPeftMerges(String adapter) throws Exception {
    Map<String, EffectiveWeight> summed = weights(adapter, Optional.of(base(adapter)));

    List<Checkpoint.Tensor> expected = tensors(adapter, "expected");
    assertThat(summed.keySet())
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(tensor -> tensor.entry().name()).toList());
    for (Checkpoint.Tensor tensor : expected) {
      double[] values = singles(formed(summed.get(tensor.entry().name())));
      double[] merged = StoredRows.all(tensor);
      for (int i = 0; i < merged.length; i++) {
        assertThat(values[i]).isCloseTo(merged[i], within(ROUNDING * largest(merged)));
      }
    }
  }

  /** What is measured of a pair alone has the Gram matrix of what PEFT adds. */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "rslora"})
  void aPairAloneHasTheSpectrumOfWhatPeftAdds(String adapter) throws Exception {
    for (Checkpoint.Tensor merged : tensors(adapter, "expected")) {
      String module = merged.entry().name().replace(".weight", "");
      EffectiveWeight pair =
          weights(adapter, Optional.empty()).get("base_model.model." + module + ".lora");
      double[] added = StoredRows.all(merged);
      double[] before = StoredRows.all(tensor(adapter, "base", merged.entry().name()));
      for (int i = 0; i < added.length; i++) {
        added[i] -= before[i];
      }

      double[] measured = doubles(formed(pair));

      assertThat(pair.shape()).isEqualTo(merged.entry().shape());
      assertThat(pair.entry().shape().get(0)).isEqualTo(4);
      double[] expected = gram(added, merged.entry().shape().get(0).intValue());
      double[] gram = gram(measured, 4);
      for (int i = 0; i < expected.length; i++) {
        assertThat(gram[i]).isCloseTo(expected[i], within(10 * ROUNDING * largest(expected)));
      }
    }
  }

  @Test
  void theScaleStandsInWhatIsSaidOfThePair() throws Exception {
    Map<String, EffectiveWeight> plain = weights("plain", Optional.empty());

    assertThat(plain.get("base_model.model.h.0.lora").how()).hasValue("B*A, rank 4, scale 1.5");
    assertThat(plain.get("base_model.model.h.1.lora").how()).hasValue("B*A, rank 4, scale 3");
    assertThat(weights("rslora", Optional.empty()).get("base_model.model.h.0.lora").how())
        .hasValue("B*A, rank 4, scale 3");
  }

  @Test
  void aPairThatTheBaseHasNoWeightForIsNotFormed() throws Exception {
    BaseWeights others =
        BaseWeights.of(
            Checkpoint.open(folder("plain").resolve("adapter_model.safetensors")),
            ConfigFiles.beside(folder("plain").resolve("none")));

    assertThat(weights("plain", Optional.of(others)).values())
        .extracting(EffectiveWeight::formation)
        .containsOnly(new Formation.Unformed("the base has no weight for it"));
  }

  private static double[] gram(double[] matrix, int rows) {
    int columns = matrix.length / rows;
    double[] gram = new double[columns * columns];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < columns; i++) {
        for (int j = 0; j < columns; j++) {
          gram[i * columns + j] += matrix[r * columns + i] * matrix[r * columns + j];
        }
      }
    }
    return gram;
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static ByteBuffer formed(EffectiveWeight weight) throws Exception {
    ByteBuffer target = ByteBuffer.allocate((int) weight.entry().byteLength());
    ((Formation.Formed) weight.formation()).formula().form(target);
    return target.clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static double[] singles(ByteBuffer data) {
    double[] values = new double[data.limit() / Float.BYTES];
    NumberType.F32.read(data, 0, values.length, values);
    return values;
  }

  private static double[] doubles(ByteBuffer data) {
    double[] values = new double[data.limit() / Double.BYTES];
    NumberType.F64.read(data, 0, values.length, values);
    return values;
  }

  private static BaseWeights base(String adapter) throws Exception {
    Path file = folder(adapter).resolve("base.safetensors");
    return BaseWeights.of(Checkpoint.open(file), ConfigFiles.beside(file));
  }

  private static Map<String, EffectiveWeight> weights(String adapter, Optional<BaseWeights> base)
      throws Exception {
    Path file = folder(adapter).resolve("adapter_model.safetensors");
    return WeightGroups.of(Checkpoint.open(file), ConfigFiles.beside(file), base).stream()
        .collect(Collectors.toMap(weight -> weight.entry().name(), Function.identity()));
  }

  private static List<Checkpoint.Tensor> tensors(String adapter, String file) throws Exception {
    return Checkpoint.open(folder(adapter).resolve(file + ".safetensors")).tensors();
  }

  private static Checkpoint.Tensor tensor(String adapter, String file, String name)
      throws Exception {
    return tensors(adapter, file).stream()
        .filter(tensor -> tensor.entry().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Path folder(String adapter) throws URISyntaxException {
    return Path.of(LowRankSchemeTest.class.getResource("/lora/" + adapter).toURI());
  }
}
