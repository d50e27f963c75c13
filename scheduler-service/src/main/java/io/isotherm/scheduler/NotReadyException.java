package io.isotherm.scheduler;

/** A request that may succeed when it is sent again a little later. */
public final class NotReadyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With one line for whoever sent the request. */
  public NotReadyException(String message) {
    super(message);
  }

  /** With one line for whoever sent the request. */
  public NotReadyException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Two instances do not agree who has {@code run}, each as {@code host:port}. */
  public static NotReadyException onItsWay(String run, String from, String to) {
    return new NotReadyException(
        "run '%s' is on its way from %s to %s; ask again in a moment".formatted(run, from, to));
  }
}
