package io.isotherm.local.demo;

import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.Verdict;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What training has made of the layers' spectra: how many differ from those of random matrices.
 *
 * @param start in the first snapshot of each layer that was held against chance
 * @param end in the last one
 */
public record ChanceSummary(Count start, Count end) {

  /**
   * Layers at one time.
   *
   * @param layers all that were held against chance
   * @param heavier those with more large eigenvalues than chance explains
   * @param lighter those with fewer
   */
  public record Count(int layers, int heavier, int lighter) {

    static Count of(Collection<Chance> layers) {
      List<Verdict> verdicts =
          layers.stream().map(chance -> Verdict.againstChance(chance.alphaZ())).toList();
      return new Count(
          verdicts.size(),
          count(verdicts, Verdict.HEAVIER_THAN_RANDOM),
          count(verdicts, Verdict.LIGHTER_THAN_RANDOM));
    }

    private static int count(List<Verdict> verdicts, Verdict wanted) {
      return (int) verdicts.stream().filter(verdict -> verdict == wanted).count();
    }

    private String text() {
      int differing = heavier + lighter;
      return "%d of %d layers%s"
          .formatted(
              differing,
              layers,
              differing == 0 ? "" : " (%d heavier, %d lighter)".formatted(heavier, lighter));
    }
  }

  /** Of what the services have told; empty if they held no layer against chance. */
  static Optional<ChanceSummary> of(RunTally tally) {
    Count start = Count.of(tally.first(ChanceSummary::chance).values());
    Count end = Count.of(tally.last(ChanceSummary::chance).values());
    return start.layers() == 0 ? Optional.empty() : Optional.of(new ChanceSummary(start, end));
  }

  /** One line for a reader, without its name. */
  String line() {
    return "unlike random matrices are %s at the start and %s at the end"
        .formatted(start.text(), end.text());
  }

  private static Optional<Chance> chance(Outcome outcome) {
    return outcome instanceof Outcome.Analysed numbers ? numbers.chance() : Optional.empty();
  }
}
