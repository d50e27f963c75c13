package io.isotherm.gpucheck;

import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.gpucheck.work.Shape;
import io.isotherm.gpucheck.work.Spectra;
import io.isotherm.safetensors.DType;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Eigenvalues and alphas on the GPU beside LAPACK's in double precision on the CPU. */
final class AccuracyPart {

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(1, 100, 100),
          new Shape(40, 64, 64),
          new Shape(1, 300, 200),
          new Shape(9, 256, 256),
          new Shape(1, 512, 512),
          new Shape(1, 700, 1000),
          new Shape(1, 1100, 1100));

  private static final List<DType> DTYPES = List.of(DType.F32, DType.BF16);

  private final Results results;
  private final Budget budget;

  AccuracyPart(Results results, Budget budget) {
    this.results = results;
    this.budget = budget;
  }

  void run() {
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "weights",
                "matrices",
                "FP32: roundings",
                "smaller half",
                "FP64: roundings",
                "alpha, mixed",
                "alpha, double",
                ""));
    Map<String, Comparison.Worst> rows = new LinkedHashMap<>();
    Map<String, Integer> matrices = new HashMap<>();
    List<String> noTime = new ArrayList<>();
    try (EigenvalueSolver gpu = SolverKind.CUSOLVER.create();
        EigenvalueSolver lapack = SolverKind.LAPACK.create()) {
      Comparison comparison = new Comparison(gpu, lapack);
      for (Shape shape : SHAPES) {
        Comparison.Worst ofShape = Comparison.Worst.NONE;
        for (DType dtype : DTYPES) {
          for (Spectra spectra : Spectra.values()) {
            String name = name(spectra, dtype);
            if (!budget.fits(0)) {
              noTime.add(name + " " + shape);
              continue;
            }
            Comparison.Worst found = comparison.compare(shape, spectra, dtype);
            found.faults().forEach(fault -> results.fail("%s, %s: %s", name, shape, fault));
            ofShape = ofShape.with(found);
            rows.merge(name, found, Comparison.Worst::with);
            matrices.merge(name, shape.count(), Integer::sum);
          }
        }
        results.progress(
            "accuracy: %s: FP32 %.1f roundings, of the smaller half %.1f; FP64 %.1f; alpha %.1e",
            shape,
            ofShape.single(),
            ofShape.singleSmallerHalf(),
            ofShape.inDouble(),
            ofShape.alphaMixed());
      }
    }
    results.noTime("accuracy", noTime);
    rows.forEach((name, worst) -> add(table, name, matrices.get(name), worst));
    if (rows.size() < DTYPES.size() * Spectra.values().length) {
      results.fail("accuracy was not checked on all kinds of weights: give it more --minutes");
    }
    results.table(
        "Accuracy: largest differences from LAPACK in double precision. Roundings: of an eigenvalue,"
            + " in unit roundoffs of the largest one of its matrix; of the smaller half, single"
            + " precision's certificate of alpha allows 8 in FP32",
        table);
  }

  private static String name(Spectra spectra, DType dtype) {
    return spectra.name().toLowerCase(Locale.ROOT).replace('_', '-') + ", " + dtype;
  }

  private void add(MarkdownTable table, String name, int matrices, Comparison.Worst worst) {
    boolean passed = worst.faults().isEmpty();
    table.add(
        List.of(
            name,
            String.valueOf(matrices),
            "%.1f".formatted(worst.single()),
            "%.1f".formatted(worst.singleSmallerHalf()),
            "%.1f".formatted(worst.inDouble()),
            "%.1e".formatted(worst.alphaMixed()),
            "%.1e".formatted(worst.alphaDouble()),
            passed ? "pass" : "FAIL"));
    results
        .addRow(Part.ACCURACY)
        .put("weights", name)
        .put("matrices", matrices)
        .put("roundingsFp32", worst.single())
        .put("roundingsFp32SmallerHalf", worst.singleSmallerHalf())
        .put("roundingsFp64", worst.inDouble())
        .put("alphaMixed", worst.alphaMixed())
        .put("alphaDouble", worst.alphaDouble())
        .put("passed", passed);
  }
}
