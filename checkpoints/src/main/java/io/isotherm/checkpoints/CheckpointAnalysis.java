package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.NetworkLayer;
import io.isotherm.checkpoints.plot.PlotFolder;
import io.isotherm.checkpoints.weights.ConfigFiles;
import io.isotherm.methods.policy.Glob;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The analysis of one checkpoint, whose header has been read and found good. */
public final class CheckpointAnalysis {

  private static final int DONE = 0;

  /** No layer was measured, or a part of the checkpoint was not there. */
  private static final int INCOMPLETE = 3;

  /** What a shell makes of a program that a closed pipe has ended. */
  private static final int PIPE_CLOSED = 141;

  private final AnalysisSettings settings;
  private final LayerSelection selection;
  private final Path path;
  private final List<Checkpoint.Missing> missing;
  private final List<String> notes;

  private CheckpointAnalysis(
      AnalysisSettings settings,
      LayerSelection selection,
      Path path,
      List<Checkpoint.Missing> missing,
      List<String> notes) {
    this.path = path;
    this.settings = settings;
    this.selection = selection;
    this.missing = missing;
    this.notes = List.copyOf(notes);
  }

  /**
   * Opens a checkpoint.
   *
   * @throws IOException with one line, if it is not there or cannot be read
   * @throws MalformedSafetensorsException with one line, if it is no checkpoint
   * @throws UnknownLayerException with one line, if the settings' policy leaves the first or the
   *     last layer alone and nothing says which one that is, or if they name one that is not there
   */
  public static CheckpointAnalysis of(CheckpointSource source, AnalysisSettings settings)
      throws IOException, MalformedSafetensorsException, UnknownLayerException {
    Checkpoint checkpoint = source.open();
    ConfigFiles configs = ConfigFiles.beside(checkpoint.path());
    List<String> notes = new ArrayList<>(checkpoint.notes());
    notes.addAll(configs.problems());
    DepthHints hints =
        new DepthHints(
            configs,
            settings.policy().flatMap(PolicyPreview::first),
            settings.policy().flatMap(PolicyPreview::last));
    LayerSelection selection =
        LayerSelection.of(
            checkpoint.tensors(), source.weights(checkpoint, configs), hints, settings.choice());
    Optional<String> refusal =
        settings.policy().flatMap(policy -> policy.refusal(selection.order()));
    if (refusal.isPresent()) {
      throw new UnknownLayerException(refusal.get());
    }
    return new CheckpointAnalysis(settings, selection, source.path(), checkpoint.missing(), notes);
  }

  /**
   * What the files lack or hold besides, and what in the settings has no effect on this checkpoint,
   * most likely by mistake: one line each.
   */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>(notes);
    missing.forEach(
        each ->
            warnings.add(
                "%s; %s left out"
                    .formatted(
                        each.text(),
                        each.tensors().size() == 1
                            ? "1 tensor is"
                            : each.tensors().size() + " tensors are")));
    if (selection.layers().isEmpty()) {
      warnings.add("no tensor is a layer" + selection.leftOutBehindColon());
    }
    unusedPatterns()
        .forEach(pattern -> warnings.add("no tensor fits '%s'".formatted(pattern.text())));
    unusedPolicyPatterns()
        .forEach(pattern -> warnings.add("no layer fits the policy's '%s'".formatted(pattern)));
    if (lacksBlocks()) {
      warnings.add(
          "no layer's name has a whole number between two dots, which would be its block: factors"
              + " by blocks are 1");
    }
    return warnings;
  }

  /** Patterns that fit no tensor. */
  List<Glob> unusedPatterns() {
    return selection.unused();
  }

  /** Patterns of the policy that fit no weight layer of the checkpoint. */
  List<String> unusedPolicyPatterns() {
    return settings.policy().map(policy -> policy.unused(selection.order())).orElse(List.of());
  }

  /** Whether the policy is one for blocks, and no layer's name says which one it is in. */
  boolean lacksBlocks() {
    return settings.policy().filter(PolicyPreview::isOfBlocks).isPresent()
        && selection.layers().stream()
            .allMatch(layer -> CheckpointLayer.block(layer.name()).isEmpty());
  }

  /**
   * Prints a table and a summary, with a progress bar if a person sees it.
   *
   * @return the exit status
   * @throws UserError if the solver does not work on this machine, or a plot cannot be written
   */
  public int printTable(Terminal terminal) throws InterruptedException {
    return printTable(terminal, Optional.empty());
  }

  /**
   * The same, and one page of HTML with the table, the spectra and alpha over depth.
   *
   * @param page where it is written, if anywhere
   */
  public int printTable(Terminal terminal, Optional<Path> page) throws InterruptedException {
    AnalysisReport table = new TableAnalysisReport(terminal, selection, settings);
    return print(
        terminal,
        page.map(
                file ->
                    (AnalysisReport)
                        new PageReport(
                            file,
                            path.toString(),
                            table,
                            new JsonAnalysisReport(terminal, settings, selection),
                            settings,
                            selection.order()))
            .orElse(table));
  }

  /**
   * Prints one JSON object per layer, and one with the summary.
   *
   * @return the exit status
   * @throws UserError if the solver does not work on this machine, or a plot cannot be written
   */
  public int printJson(Terminal terminal) throws InterruptedException {
    Terminal quiet = terminal.withoutStatus();
    return print(quiet, new JsonAnalysisReport(quiet, settings, selection));
  }

  /**
   * Measures all layers and prints nothing, with a progress bar if a person sees it.
   *
   * @return what became of each, in the checkpoint's order
   * @throws UserError if the solver does not work on this machine
   */
  List<LayerResult> measure(Terminal terminal) throws InterruptedException {
    List<NetworkLayer> layers = selection.layers();
    List<LayerResult> results = new ArrayList<>();
    try (AnalysisProgress progress = new AnalysisProgress(terminal, layers)) {
      new Analyzer(layers, settings, Optional.empty()).run(progress, results::add);
    }
    return results;
  }

  /** The layers' order. */
  DepthOrder order() {
    return selection.order();
  }

  /** The estimator's name and version. */
  String estimatorName() {
    return settings.estimatorName();
  }

  /** Whether nothing that the checkpoint's index names is missing. */
  boolean isWhole() {
    return missing.isEmpty();
  }

  /** The exit status of who has, or has not, something to show of the layers. */
  int status(boolean hasAnswer) {
    return hasAnswer && isWhole() ? DONE : INCOMPLETE;
  }

  private int print(Terminal terminal, AnalysisReport report) throws InterruptedException {
    List<NetworkLayer> layers = selection.layers();
    Optional<PlotFolder> plots =
        settings.plots().map(folder -> PlotFolder.open(folder, layers.size()));
    Analyzer analyzer = new Analyzer(layers, settings, plots);
    Tally tally = new Tally(settings.estimator());
    List<LayerResult> unrated = new ArrayList<>();
    try (AnalysisProgress progress = new AnalysisProgress(terminal, layers)) {
      analyzer.run(
          progress,
          result -> {
            tally.add(result);
            return settings.policy().isPresent() ? unrated.add(result) : report.show(result);
          });
    }
    showRated(unrated, report);
    if (terminal.isClosed()) {
      return PIPE_CLOSED;
    }
    Map<String, String> tensors =
        layers.stream()
            .collect(
                Collectors.toMap(NetworkLayer::name, NetworkLayer::tensor, (one, other) -> one));
    plots.ifPresent(
        folder ->
            folder.plotDepth(
                selection.order().sorted(tally.alphas(), point -> tensors.get(point.layer())),
                settings.estimator()));
    report.end(tally);
    plots
        .flatMap(PlotFolder::failure)
        .ifPresent(
            failure -> {
              throw new UserError(failure);
            });
    return status(tally.analysed() > 0);
  }

  /** A factor depends on all layers, so that none is known before the last one is analysed. */
  private void showRated(List<LayerResult> unrated, AnalysisReport report) {
    List<LayerResult> rated =
        settings.policy().map(policy -> policy.rated(unrated, selection.order())).orElse(List.of());
    for (LayerResult result : rated) {
      if (!report.show(result)) {
        return;
      }
    }
  }
}
