package io.isotherm.monitor.view;

/** Hears of changes, in order, on the thread that makes them: it must not wait. */
public interface RunListener {

  /** Whether anybody wants to hear of this run, so that updates are built only where needed. */
  boolean wants(String run);

  /** A run changed. */
  void changed(RunEvent update);
}
