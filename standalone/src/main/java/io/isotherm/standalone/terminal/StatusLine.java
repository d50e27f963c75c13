package io.isotherm.standalone.terminal;

import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Draws a progress bar on a terminal's status line.
 *
 * @param terminal where
 */
public record StatusLine(Terminal terminal) implements ProgressBarConsumer {

  @Override
  public int getMaxRenderedLength() {
    return terminal.columns() - 1;
  }

  @Override
  public void accept(String rendered) {
    terminal.status(rendered);
  }

  @Override
  public void close() {
    terminal.clearStatus();
  }
}
