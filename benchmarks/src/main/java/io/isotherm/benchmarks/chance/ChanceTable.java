package io.isotherm.benchmarks.chance;

import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.chance.AlphaNulls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Two tables in Markdown, one of random layers and one of layers of a kind that training may leave,
 * each of ten shapes: alpha, what chance gives, what is left, and alpha of FARMS, as means over
 * layers; of z also the standard deviation. The last line has the distance from the smallest to the
 * largest mean: what the shape alone does.
 */
public final class ChanceTable {

  private static final int[][] SHAPES = {
    {128, 128},
    {512, 512},
    {1024, 1024},
    {384, 512},
    {256, 512},
    {768, 2304},
    {256, 1024},
    {768, 3072},
    {128, 1024},
    {256, 4096}
  };

  private static final List<SpikedLayer> KINDS = List.of(new SpikedLayer(0), new SpikedLayer(0.3));

  /** Square windows, 64 to a side, as far apart: smaller than every layer. */
  private static final EstimatorSpec FARMS = EstimatorSpec.Farms.of(64, 1, 64, OptionalInt.empty());

  private static final int LAYERS = 20;

  private final LayerAnalysis analysis;

  private ChanceTable(LayerAnalysis analysis) {
    this.analysis = analysis;
  }

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    try (EigenvalueSolver solver = SolverKind.LAPACK.create()) {
      ChanceTable table =
          new ChanceTable(new LayerAnalysis(solver, PrecisionMode.MIXED, new AlphaNulls()));
      for (SpikedLayer kind : KINDS) {
        table.lines(kind, SHAPES).forEach(System.out::println);
        System.out.println();
      }
    }
  }

  private List<String> lines(SpikedLayer kind, int[][] shapes) {
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "shape", "alpha", "alphaNull", "alphaExcess", "alphaZ", "its deviation", "FARMS"));
    List<double[]> rows = new ArrayList<>();
    for (int[] shape : shapes) {
      double[] means = means(kind, shape[0], shape[1]);
      rows.add(means);
      table.add(cells("%d × %d".formatted(shape[0], shape[1]), means));
    }
    double[] ranges = new double[rows.get(0).length];
    for (int i = 0; i < ranges.length; i++) {
      int column = i;
      DoubleSummaryStatistics values =
          rows.stream().mapToDouble(row -> row[column]).summaryStatistics();
      ranges[i] = values.getMax() - values.getMin();
    }
    table.add(cells("largest − smallest", ranges));
    return table.lines();
  }

  private double[] means(SpikedLayer kind, int rows, int columns) {
    double[] sums = new double[6];
    for (int number = 1; number <= LAYERS; number++) {
      SafeTensor layer = kind.draw(rows, columns, number);
      Outcome.Analysed whole = analysed(layer, EstimatorSpec.DEFAULT);
      Chance chance = whole.chance().orElseThrow();
      sums[0] += whole.alpha();
      sums[1] += chance.alphaNull();
      sums[2] += chance.alphaExcess();
      sums[3] += chance.alphaZ();
      sums[4] += chance.alphaZ() * chance.alphaZ();
      sums[5] += analysed(layer, FARMS).alpha();
    }
    double[] means = Arrays.stream(sums).map(sum -> sum / LAYERS).toArray();
    means[4] = Math.sqrt((means[4] - means[3] * means[3]) * LAYERS / (LAYERS - 1));
    return means;
  }

  private Outcome.Analysed analysed(SafeTensor layer, EstimatorSpec estimator) {
    Outcome outcome = analysis.analyse(layer, estimator);
    if (outcome instanceof Outcome.Analysed numbers) {
      return numbers;
    }
    throw new IllegalStateException(layer.shape() + ": " + outcome);
  }

  private static List<String> cells(String shape, double[] numbers) {
    List<String> cells = new ArrayList<>(List.of(shape));
    for (int i = 0; i < numbers.length; i++) {
      cells.add(String.format(Locale.ROOT, i == 3 || i == 4 ? "%.1f" : "%.3f", numbers[i]));
    }
    return cells;
  }
}
