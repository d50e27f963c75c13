package io.isotherm.local.process;

import java.lang.instrument.Instrumentation;

/**
 * A Java agent that ends its process as soon as another one has ended, however that came about:
 * {@code -javaagent:parent-watch.jar=PID}. So a launcher that is killed leaves nobody behind, and
 * the watched programs need no code for it. Its jar holds this class alone, since an agent's jar
 * joins the class path of the program.
 */
public final class ParentWatch {

  private static final int STATUS = 143;

  private ParentWatch() {}

  /**
   * Called by the JVM before the program's own {@code main}.
   *
   * @param parentPid id of the process to be watched
   */
  @SuppressWarnings("FutureReturnValueIgnored") // The action is all that is wanted of it.
  public static void premain(String parentPid, Instrumentation instrumentation) {
    ProcessHandle.of(Long.parseLong(parentPid))
        .ifPresentOrElse(parent -> parent.onExit().thenRun(ParentWatch::end), ParentWatch::end);
  }

  private static void end() {
    Runtime.getRuntime().halt(STATUS);
  }
}
