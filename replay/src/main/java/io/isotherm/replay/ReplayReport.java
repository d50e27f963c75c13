package io.isotherm.replay;

import java.util.List;

/** How a replay is shown. */
public interface ReplayReport {

  /** Prints it. */
  void print(RecordedRun run, List<ReplayedLayer> layers);
}
