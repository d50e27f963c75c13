package io.isotherm.solvercontract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.GoldenEntry;
import io.isotherm.golden.GoldenNetwork;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.estimator.Estimator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every estimator on the solver under test, against the published codes. */
public abstract class EstimatorGoldenContract {

  /** What the certificate of the mixed precision promises, absolute. */
  private static final double CERTIFIED = 1e-4;

  private EigenvalueSolver solver;

  /** A new solver under test. */
  protected abstract EigenvalueSolver create();

  @BeforeEach
  void open() {
    solver = create();
  }

  @AfterEach
  void close() {
    solver.close();
  }

  @ParameterizedTest
  @CsvSource({
    "ESTIMATORS,314,60",
    "FARMS,209,71",
    "FARMS_LLM,68,20",
    "MODELBALANCING,78,24",
    "WEIGHTWATCHER,55,13",
    "HILL,108,28"
  })
  void everyExactEntryIsMatchedAndNoOtherThrows(GoldenEntry.File file, int exact, int others) {
    // Given
    LayerAnalysis analysis = new LayerAnalysis(solver, PrecisionMode.DOUBLE);
    Map<String, String> notMatched = new TreeMap<>();
    int matched = 0;
    int finite = 0;

    for (GoldenEntry entry : GoldenEntry.of(file)) {
      // When
      Outcome outcome = analysis.analyse(entry.weights(), entry.estimator());

      // Then
      if (entry.isExact()) {
        GoldenNumbers.of(entry).assertMatch(entry, outcome);
        matched++;
      } else if (outcome instanceof Outcome.Skipped skipped) {
        notMatched.put(entry.where(), skipped.reason());
      } else {
        assertThat(outcome).as(entry.where()).isInstanceOf(Outcome.Analysed.class);
        notMatched.put(entry.where(), "alpha " + ((Outcome.Analysed) outcome).alpha());
        finite++;
      }
    }
    System.out.printf(
        "%s, %s, double: %d entries matched; not meant to be matched: %d with a reason, %d finite%n",
        file.fileName(), solver.name(), matched, notMatched.size() - finite, finite);
    notMatched.forEach((where, what) -> System.out.println("  " + where + ": " + what));
    assertThat(matched).isEqualTo(exact);
    assertThat(notMatched).hasSize(others);
  }

  @ParameterizedTest
  @CsvSource({"gpt_d96,45,45", "mlp_postln,25,24", "resnet18_w12,105,100", "wrn10_1,50,46"})
  void everyLayerOfTheNetworksIsMatched(String set, int inDouble, int inSingle) {
    // Given
    LayerAnalysis analysis = new LayerAnalysis(solver, PrecisionMode.DOUBLE);
    List<GoldenEntry> doubles = GoldenNetwork.inDouble(set);
    List<GoldenEntry> singles = GoldenNetwork.inSingle(set);

    for (GoldenEntry entry : doubles) {
      GoldenNumbers.of(entry)
          .assertMatch(entry, analysis.analyse(entry.weights(), entry.estimator()));
    }
    for (GoldenEntry entry : singles) {
      GoldenNumbers.SINGLE.assertMatch(entry, analysis.analyse(entry.weights(), entry.estimator()));
    }
    System.out.printf(
        "layerset_%s.json, %s, double: %d estimates matched, and %d that were made in float32%n",
        set, solver.name(), doubles.size(), singles.size());
    assertThat(doubles).hasSize(inDouble);
    assertThat(singles).hasSize(inSingle);
  }

  @ParameterizedTest
  @CsvSource({
    "ESTIMATORS,314",
    "FARMS,209",
    "FARMS_LLM,68",
    "MODELBALANCING,78",
    "WEIGHTWATCHER,55",
    "HILL,108"
  })
  void alphaOfEveryExactEntryIsWithinTheCertificateInMixedPrecision(
      GoldenEntry.File file, int exact) {
    assertMixed(file.fileName(), GoldenEntry.of(file).stream(), exact);
  }

  @ParameterizedTest
  @CsvSource({"gpt_d96,45", "mlp_postln,25", "resnet18_w12,105", "wrn10_1,50"})
  void alphaOfEveryLayerIsWithinTheCertificateInMixedPrecision(String set, int exact) {
    assertMixed("layerset_" + set + ".json", GoldenNetwork.inDouble(set).stream(), exact);
  }

  private void assertMixed(String file, Stream<GoldenEntry> all, int exact) {
    assumeTrue(solver.supports(Precision.FP32), "the solver has no single precision");
    // Given
    List<GoldenEntry> entries = all.filter(GoldenEntry::isExact).toList();
    LayerAnalysis analysis = new LayerAnalysis(solver, PrecisionMode.MIXED);
    List<String> precisions = new ArrayList<>();
    double furthest = 0;

    for (GoldenEntry entry : entries) {
      // When
      Outcome outcome = analysis.analyse(entry.weights(), entry.estimator());

      // Then
      assertThat(outcome).as(entry.where()).isInstanceOf(Outcome.Analysed.class);
      Outcome.Analysed analysed = (Outcome.Analysed) outcome;
      double alpha = entry.expected().get("alpha").doubleValue();
      double published = GoldenNumbers.of(entry).relative() * alpha;
      assertThat(analysed.alpha())
          .as(entry.where())
          .isCloseTo(alpha, within(CERTIFIED + published));
      precisions.add(analysed.precision());
      furthest = Math.max(furthest, Math.abs(analysed.alpha() - alpha));
    }
    long single = precisions.stream().filter(Precision.FP32.label()::equals).count();
    System.out.printf(
        "%s, %s, mixed: %d alphas matched, %d of them in fp32, at most %.1e away%n",
        file, solver.name(), precisions.size(), single, furthest);
    assertThat(precisions).hasSize(exact);
    boolean canBeSingle =
        entries.stream()
            .anyMatch(entry -> !Estimator.of(entry.estimator()).looksAtSmallEigenvalues());
    assertThat(single > 0).isEqualTo(canBeSingle);
  }
}
