package io.isotherm.terminal;

import me.tongfei.progressbar.ProgressBarConsumer;

/** Draws one progress bar on a terminal's status line. */
public final class StatusLine implements ProgressBarConsumer {

  private final Terminal terminal;
  private boolean closed;

  /** For a bar that has not been drawn yet. */
  public StatusLine(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int getMaxRenderedLength() {
    return terminal.columns() - 1;
  }

  /** Drops what comes after the end: a bar's timer may draw once more while it is being closed. */
  @Override
  public synchronized void accept(String rendered) {
    if (!closed) {
      terminal.status(rendered);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    terminal.clearStatus();
  }
}
