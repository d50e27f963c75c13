package io.isotherm.monitor.view;

/** For tests that look at the runs themselves. */
public final class NobodyListens implements RunListener {

  @Override
  public boolean wants(String run) {
    return false;
  }

  @Override
  public void changed(RunEvent event) {}
}
