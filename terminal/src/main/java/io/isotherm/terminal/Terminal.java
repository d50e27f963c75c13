package io.isotherm.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Standard output: lines that stay and, on a terminal, one status line below them that is written
 * over again and again. Safe for use by several threads.
 */
public final class Terminal {

  private static final String CLEAR_LINE = "\r\u001B[K";
  private static final int DEFAULT_COLUMNS = 80;

  private final PrintStream out;
  private final boolean interactive;
  private final boolean colours;
  private final int columns;
  private String status = "";

  /**
   * A terminal.
   *
   * @param interactive whether a person sees it, so that lines can be written over
   * @param colours whether colours may be used
   * @param columns width in characters
   */
  public Terminal(PrintStream out, boolean interactive, boolean colours, int columns) {
    this.out = out;
    this.interactive = interactive;
    this.colours = colours;
    this.columns = columns;
  }

  /**
   * The standard output of this process. The script that starts it knows whether that is a terminal
   * and says so in system properties ({@code isotherm.terminal}, {@code isotherm.columns}).
   *
   * @param environment decides on colours: none if NO_COLOR is set or TERM is dumb
   */
  public static Terminal standardOutput(Map<String, String> environment) {
    boolean terminal = Boolean.getBoolean("isotherm.terminal");
    boolean dumb = "dumb".equals(environment.get("TERM"));
    boolean noColour = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, charset()),
        terminal && !dumb,
        terminal && !dumb && !noColour,
        Math.max(40, Integer.getInteger("isotherm.columns", DEFAULT_COLUMNS)));
  }

  /** The same output without the status line and colours, for what a program reads. */
  public Terminal withoutStatus() {
    return new Terminal(out, false, false, columns);
  }

  /** Whether a person sees the status line. */
  public boolean isInteractive() {
    return interactive;
  }

  /** Width in characters. */
  public int columns() {
    return columns;
  }

  /** Prints a line that stays. */
  public synchronized void print(String line) {
    if (interactive && !status.isEmpty()) {
      out.print(CLEAR_LINE);
    }
    out.println(line);
    if (interactive && !status.isEmpty()) {
      out.print(status);
      out.flush();
    }
  }

  /** Whether nobody reads any more what is printed, as behind {@code | head}. */
  public boolean isClosed() {
    return out.checkError();
  }

  /** Changes the status line; without a person to see it, nothing happens. */
  public synchronized void status(String line) {
    if (interactive) {
      status = line.length() < columns ? line : line.substring(0, columns - 1);
      out.print(CLEAR_LINE + status);
      out.flush();
    }
  }

  /** Removes the status line. */
  public synchronized void clearStatus() {
    if (interactive && !status.isEmpty()) {
      out.print(CLEAR_LINE);
      out.flush();
      status = "";
    }
  }

  /** {@code text} in bold, where there are colours. */
  public String bold(String text) {
    return paint("1", text);
  }

  /** {@code text} in a warm colour, for factors above 1. */
  public String warm(String text) {
    return paint("33", text);
  }

  /** {@code text} in a cold colour, for factors below 1. */
  public String cold(String text) {
    return paint("36", text);
  }

  private String paint(String code, String text) {
    return colours ? "\u001B[" + code + "m" + text + "\u001B[0m" : text;
  }

  private static Charset charset() {
    String name =
        System.getProperty("stdout.encoding", System.getProperty("native.encoding", "UTF-8"));
    return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
  }
}
