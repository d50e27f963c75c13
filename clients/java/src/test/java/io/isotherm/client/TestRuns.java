package io.isotherm.client;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;

/** A small network: a convolution with its norm layer, and a dense layer of two chunks. */
final class TestRuns {

  static final LayerDescription CONV =
      new LayerDescription(
          "conv",
          LayerKind.CONVOLUTION,
          List.of(16L, 8L, 3L, 3L),
          Optional.of("norm"),
          OptionalInt.of(0));
  static final LayerDescription DENSE =
      new LayerDescription(
          "dense", LayerKind.DENSE, List.of(500L, 600L), Optional.empty(), OptionalInt.empty());

  private TestRuns() {}

  static RunDescription run(String name, long incarnation) {
    return new RunDescription(
        name,
        incarnation,
        "a test",
        List.of(CONV, DENSE),
        new BaseSchedule.Constant(0.1),
        PolicySpec.DEFAULT,
        EstimatorSpec.DEFAULT,
        1000,
        RunPhase.RUNNING);
  }

  /** The factors of a decision in which nothing is wrong. */
  static Map<String, Double> factors(double conv, double dense) {
    return new TreeMap<>(Map.of("conv", conv, "norm", conv, "dense", dense));
  }

  static Decision decision(
      RunDescription run, long revision, long step, Map<String, Double> factors) {
    return decision(run, revision, step, factors, 0, Map.of(), 0);
  }

  /** With weight decay for the layers that {@code weightDecay} names. */
  static Decision decision(
      RunDescription run,
      long revision,
      long step,
      Map<String, Double> factors,
      long rampSteps,
      Map<String, Double> weightDecay,
      long weightDecayRampSteps) {
    return new Decision(
        run.run(),
        run.incarnation(),
        "d-" + run.incarnation() + "-" + revision,
        revision,
        step,
        0,
        run.policy(),
        OptionalDouble.of(0.1),
        factors.entrySet().stream()
            .map(
                e ->
                    rate(
                        e.getKey(), e.getValue(), Optional.ofNullable(weightDecay.get(e.getKey()))))
            .toList(),
        List.of(),
        rampSteps,
        weightDecayRampSteps,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static LayerRate rate(String layer, double factor, Optional<Double> weightDecay) {
    return new LayerRate(
        layer,
        LayerRate.Role.TUNED,
        factor,
        OptionalDouble.of(0.1 * factor),
        OptionalDouble.of(3),
        OptionalLong.of(0),
        Optional.empty(),
        OptionalDouble.empty(),
        weightDecay.map(decay -> new LayerRate.WeightDecay(LayerRate.Role.TUNED, decay)));
  }

  /** Random weights that stay the same. */
  static final class FixedWeights implements LayerWeights {

    private final Map<String, float[]> values = new TreeMap<>();

    FixedWeights(long seed) {
      Random random = new Random(seed);
      for (LayerDescription layer : List.of(CONV, DENSE)) {
        int count =
            (int) layer.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
          weights[i] = (float) random.nextGaussian();
        }
        values.put(layer.name(), weights);
      }
    }

    float[] of(String layer) {
      return values.get(layer);
    }

    @Override
    public DType dtype(LayerDescription layer) {
      return DType.F32;
    }

    @Override
    public void copyTo(LayerDescription layer, ByteBuffer target) {
      target.asFloatBuffer().put(values.get(layer.name()));
    }
  }
}
