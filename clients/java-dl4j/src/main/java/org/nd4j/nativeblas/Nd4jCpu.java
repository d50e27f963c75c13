package org.nd4j.nativeblas;

/**
 * Lets DL4J 1.0.0-M2.1 find its oneDNN helpers.
 *
 * <p>Before it uses a helper, DL4J asks by reflection {@code
 * org.nd4j.nativeblas.Nd4jCpu$Environment#isUseMKLDNN}. ND4J has meanwhile moved that class to
 * {@code org.nd4j.linalg.cpu.nativecpu.bindings} and renamed the method to {@code isUseONEDNN}, so
 * the question fails and DL4J falls back to its built-in convolution in silence, at several times
 * the cost. This class answers under the old name.
 */
public final class Nd4jCpu {

  private Nd4jCpu() {}

  /** What DL4J asks for. */
  public static final class Environment {

    private static final Environment INSTANCE = new Environment();

    private Environment() {}

    /** The only instance. */
    public static Environment getInstance() {
      return INSTANCE;
    }

    /** Whether the native library was built with oneDNN and may use it. */
    public boolean isUseMKLDNN() {
      return org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu.Environment.getInstance().isUseONEDNN();
    }
  }
}
