package io.isotherm.gpucheck.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightKind;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.safetensors.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerSetTest {

  private static final LayerShape SMALL = LayerShape.parse("8x8");
  private static final LayerShape LARGE = LayerShape.parse("32x16");

  private final LayerSet set =
      LayerSet.of(new Workload("both", layers(), WeightKind.TRAINED, 1), DType.BF16);

  /** Ten small layers, then four large ones. */
  private static List<LayerShape> layers() {
    List<LayerShape> layers = new ArrayList<>(Collections.nCopies(10, SMALL));
    layers.addAll(Collections.nCopies(4, LARGE));
    return layers;
  }

  @Test
  void everyLayerIsAJob() {
    assertThat(set.all()).hasSize(14);
    assertThat(set.oneOfEach()).hasSize(2);
    assertThat(set.count(LARGE)).isEqualTo(4);
  }

  @Test
  void aSampleHasItsShareOfEveryShape() {
    LayerSet.Sample sample = set.sample(2);

    assertThat(sample.jobs()).hasSize(5 + 2);
    assertThat(sample.scale()).isCloseTo(2, within(1e-12));
  }

  @Test
  void theSmallestSampleHasOneOfEachShape() {
    LayerSet.Sample sample = set.sample(1000);

    assertThat(sample.jobs()).hasSameElementsAs(set.oneOfEach());
    assertThat(sample.scale()).isCloseTo(set.flops() / set.flopsOfOneOfEach(), within(1e-12));
  }
}
