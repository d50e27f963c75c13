package io.isotherm.monitor;

import io.isotherm.monitor.view.Limits;
import io.isotherm.monitor.view.RunBoard;
import io.isotherm.monitor.view.RunListener;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Makes the one board of this process, as large as the settings say. */
@Dependent
class BoardProducer {

  @Produces
  @Singleton
  RunBoard board(MonitorConfig config, RunListener listener) {
    return new RunBoard(
        new Limits(
            config.maxRuns(),
            config.progressPoints(),
            config.layerPoints(),
            config.layerPointsPerRun(),
            config.decisions()),
        InstantSource.system(),
        listener);
  }
}
