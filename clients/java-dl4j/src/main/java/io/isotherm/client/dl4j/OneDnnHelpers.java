package io.isotherm.client.dl4j;

/** DL4J's oneDNN helpers, which it leaves off unless told otherwise. */
public final class OneDnnHelpers {

  /** DL4J's system property that keeps the helpers off; its default is {@code true}. */
  public static final String DISABLE_PROPERTY = "org.eclipse.deeplearning4j.helpers.disable";

  private OneDnnHelpers() {}

  /**
   * Turns the helpers on, unless the property was set by the user. A layer asks when it is built,
   * so this must come before the first network. On ResNets on a CPU they save most of the time.
   */
  public static void enable() {
    if (System.getProperty(DISABLE_PROPERTY) == null) {
      System.setProperty(DISABLE_PROPERTY, "false");
    }
  }
}
