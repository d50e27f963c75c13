package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.NetworkLayer;
import io.isotherm.checkpoints.layers.TensorKind;
import io.isotherm.terminal.StatusLine;
import io.isotherm.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/** A progress bar on a terminal's status line. It counts the work, and names the layers. */
final class AnalysisProgress implements AutoCloseable {

  private static final int BAR_MILLIS = 250;
  private static final int BAR_WIDTH = 30;

  /** The bar counts in units of this many floating-point operations. */
  private static final double UNIT = 1e6;

  private final ProgressBar bar;
  private final int layers;
  private final AtomicInteger done = new AtomicInteger();

  AnalysisProgress(Terminal terminal, List<NetworkLayer> layers) {
    this.layers = layers.size();
    this.bar =
        new ProgressBarBuilder()
            .setInitialMax(layers.stream().mapToLong(AnalysisProgress::work).sum())
            .setUpdateIntervalMillis(BAR_MILLIS)
            .setRenderer((state, width) -> rendered(state))
            .setConsumer(new StatusLine(terminal))
            .build();
  }

  void done(NetworkLayer layer) {
    done.incrementAndGet();
    bar.stepBy(work(layer));
  }

  private String rendered(ProgressState state) {
    double share = (double) state.getCurrent() / Math.max(1, state.getMax());
    int filled = (int) (BAR_WIDTH * share);
    String bars = "=".repeat(filled) + " ".repeat(BAR_WIDTH - filled);
    return "Analysing [%s] %3.0f %%, %d of %s%s"
        .formatted(
            bars,
            100 * share,
            done.get(),
            TensorKind.LAYER.counted(layers),
            timeLeft(state, share));
  }

  private static String timeLeft(ProgressState state, double share) {
    if (share == 0) {
      return "";
    }
    Duration elapsed = state.getElapsedAfterStart();
    long seconds = Math.round(elapsed.toMillis() / 1000.0 * (1 - share) / share);
    return ", %d:%02d left".formatted(seconds / 60, seconds % 60);
  }

  /** Gram matrix and tridiagonalisation: {@code m n² + 4/3 n³} multiplications for m >= n. */
  static long work(NetworkLayer layer) {
    List<Long> shape = layer.shape();
    if (shape.size() < 2) {
      return 1;
    }
    double elements = shape.stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
    double order = Math.min(shape.get(0), shape.get(1));
    double other = Math.max(shape.get(0), shape.get(1));
    double slices = elements == 0 ? 0 : elements / (order * other);
    return 1 + (long) (slices * order * order * (other + 4 * order / 3) / UNIT);
  }

  @Override
  public void close() {
    bar.close();
  }
}
