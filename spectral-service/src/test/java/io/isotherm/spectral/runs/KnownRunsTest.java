package io.isotherm.spectral.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectral.Descriptions;
import io.isotherm.spectral.Snapshots;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class KnownRunsTest {

  private static final EstimatorSpec HILL = new EstimatorSpec.Hill(1, false, 0.5, 0.25);
  private static final EstimatorSpec FARMS =
      EstimatorSpec.Farms.of(100, 2, 10, OptionalInt.empty());
  private static final LayerDescription FC = Descriptions.layer("fc", LayerKind.DENSE, 60L, 40L);
  private static final Duration LONG = Duration.ofMinutes(10);

  private final KnownRuns runs = new KnownRuns(100, LONG);

  @Test
  void layerIsMeasuredAsItsChunksSayOrAsItsRunSaysOrByTheDefault() {
    runs.add(Descriptions.of("r", 1, HILL, FC));

    assertThat(runs.estimator(id("r", 1, "fc"), Optional.of(FARMS))).isEqualTo(FARMS);
    assertThat(runs.estimator(id("r", 1, "fc"), Optional.empty())).isEqualTo(HILL);
    assertThat(runs.estimator(id("other", 1, "fc"), Optional.empty()))
        .isEqualTo(EstimatorSpec.DEFAULT);
  }

  @Test
  void newestIncarnationCountsWhateverComesLast() {
    runs.add(Descriptions.of("r", 2, HILL, FC));
    runs.add(Descriptions.of("r", 1, FARMS, FC));

    assertThat(runs.estimator(id("r", 2, "fc"), Optional.empty())).isEqualTo(HILL);
  }

  @Test
  void tombstoneBuriesTheRunButNoNewerIncarnation() {
    runs.add(Descriptions.of("r", 2, HILL, FC));

    runs.bury("r", OptionalLong.of(1));
    assertThat(runs.estimator(id("r", 2, "fc"), Optional.empty())).isEqualTo(HILL);
    runs.bury("r", OptionalLong.of(2));
    assertThat(runs.estimator(id("r", 2, "fc"), Optional.empty())).isEqualTo(EstimatorSpec.DEFAULT);
  }

  @Test
  void runsThatWereUsedLastAreRememberedUpToANumberOfLayers() {
    KnownRuns three = new KnownRuns(3, LONG);
    LayerDescription other = Descriptions.layer("other", LayerKind.DENSE, 60L, 40L);
    three.add(Descriptions.of("a", 1, HILL, FC));
    three.add(Descriptions.of("b", 1, HILL, FC));
    three.estimator(id("a", 1, "fc"), Optional.empty());

    three.add(Descriptions.of("c", 1, HILL, FC, other));

    assertThat(three.estimator(id("a", 1, "fc"), Optional.empty())).isEqualTo(HILL);
    assertThat(three.estimator(id("b", 1, "fc"), Optional.empty()))
        .isEqualTo(EstimatorSpec.DEFAULT);
    assertThat(three.estimator(id("c", 1, "fc"), Optional.empty())).isEqualTo(HILL);
  }

  @Test
  void chunkWaitsUntilItsRunIsDescribed() {
    runs.allRead();
    CompletableFuture<Void> waiting = runs.whenDescribed(id("r", 2, "fc")).toCompletableFuture();
    runs.add(Descriptions.of("r", 1, HILL, FC));
    assertThat(waiting).isNotDone();

    runs.add(Descriptions.of("r", 2, HILL, FC));

    assertThat(waiting).isCompleted();
    assertThat(runs.whenDescribed(id("r", 2, "other")).toCompletableFuture()).isCompleted();
  }

  @Test
  void descriptionThatDoesNotComeIsWaitedForOnceAndNotForEver() {
    KnownRuns hasty = new KnownRuns(100, Duration.ofMillis(1));
    hasty.allRead();

    CompletableFuture<Void> first = hasty.whenDescribed(id("r", 1, "fc")).toCompletableFuture();

    await().atMost(Duration.ofSeconds(60)).until(first::isDone);
    assertThat(hasty.whenDescribed(id("r", 1, "fc")).toCompletableFuture()).isCompleted();
  }

  @Test
  void tensorIsComparedWithTheDescriptionOfItsOwnIncarnation() {
    SafeTensor wrong = Snapshots.normal("fc", 1, 61L, 40L);
    runs.add(Descriptions.of("r", 2, HILL, FC));

    assertThat(runs.compare(id("r", 2, "fc"), Snapshots.normal("fc", 1, 60L, 40L)))
        .isEqualTo(new Comparison.AsDescribed());
    assertThat(runs.compare(id("r", 2, "fc"), wrong))
        .isEqualTo(
            new Comparison.Contradiction(
                "shape of layer 'fc' must be that of the dense [60, 40] that run 'r' describes, got:"
                    + " [61, 40] (out,in); the layout in the document says which axis is which"));
    assertThat(runs.compare(id("r", 1, "fc"), wrong)).isEqualTo(new Comparison.AsDescribed());
    assertThat(runs.compare(id("x", 1, "fc"), wrong)).isEqualTo(new Comparison.AsDescribed());
  }

  @Test
  void layoutSaysHowTheDescribedAxesLie() {
    runs.add(
        Descriptions.of(
            "r", 1, HILL, FC, Descriptions.layer("experts", LayerKind.STACK, 3L, 60L, 40L)));

    assertThat(runs.compare(id("r", 1, "fc"), laidOut("in,out", 40L, 60L)))
        .isEqualTo(new Comparison.AsDescribed());
    assertThat(runs.compare(id("r", 1, "experts"), laidOut("stack,in,out", 3L, 40L, 60L)))
        .isEqualTo(new Comparison.AsDescribed());
    assertThat(runs.compare(id("r", 1, "experts"), Snapshots.normal("fc", 1, 3L, 60L, 40L)))
        .isInstanceOfSatisfying(
            Comparison.Contradiction.class,
            contradiction ->
                assertThat(contradiction.reason())
                    .contains("stack [3, 60, 40]")
                    .contains("got: [3, 60, 40] (out,in,kW)"));
  }

  @Test
  void undescribedLayerAndOtherDtypeAreContradictions() {
    runs.add(
        Descriptions.of(
            "r",
            1,
            HILL,
            new LayerDescription(
                "fc",
                LayerKind.DENSE,
                List.of(60L, 40L),
                List.of(),
                OptionalInt.empty(),
                Optional.of(DType.BF16))));

    assertThat(runs.compare(id("r", 1, "fc"), Snapshots.normal("fc", 1, 60L, 40L)))
        .isEqualTo(
            new Comparison.Contradiction(
                "dtype of layer 'fc' must be BF16, as run 'r' describes it, got: F32; publish what"
                    + " is described, or leave dtype out of the description"));
    assertThat(runs.compare(id("r", 1, "new"), Snapshots.normal("new", 1, 60L, 40L)))
        .isEqualTo(
            new Comparison.Contradiction(
                "layer 'new' is none of the 1 that run 'r' describes: describe it, or do not publish"
                    + " it"));
  }

  @Test
  void layerThatIsDescribedAsOneWithoutAlphaIsUnmeasurable() {
    runs.add(
        Descriptions.of(
            "r",
            1,
            HILL,
            Descriptions.layer("odd", LayerKind.OTHER, 60L, 40L),
            Descriptions.layer("flat", LayerKind.DENSE, 60L)));

    assertThat(runs.compare(id("r", 1, "odd"), Snapshots.normal("odd", 1, 60L, 40L)))
        .isInstanceOf(Comparison.Unmeasurable.class);
    assertThat(runs.compare(id("r", 1, "flat"), Snapshots.normal("flat", 1, 60L)))
        .isInstanceOf(Comparison.Unmeasurable.class);
  }

  private static SafeTensor laidOut(String layout, Long... shape) {
    SafeTensor plain = Snapshots.normal("fc", 1, shape);
    return new SafeTensor(
        plain.name(),
        plain.dtype(),
        plain.shape(),
        Map.of(SafeTensor.LAYOUT, layout),
        plain.data());
  }

  private static SnapshotId id(String run, long incarnation, String layer) {
    return new SnapshotId(run, incarnation, 10, 0, layer);
  }
}
