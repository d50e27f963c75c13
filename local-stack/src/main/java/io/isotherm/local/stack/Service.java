package io.isotherm.local.stack;

/** The services that run as processes of their own. */
public enum Service {
  /** The live page and its API. */
  MONITOR("monitor-service", 0, 1, "256m"),
  /** Trains networks. */
  TRAINER("trainer-service", 1, 2, "1g"),
  /** Analyses weights. */
  SPECTRAL("spectral-service", 2, 1, "1g"),
  /** Decides on learning rates. */
  SCHEDULER("scheduler-service", 3, 1, "256m");

  /** The broker's tier: stopped last. */
  static final int BROKER_TIER = 0;

  private final String module;
  private final int portOffset;
  private final int tier;
  private final String heap;

  Service(String module, int portOffset, int tier, String heap) {
    this.module = module;
    this.portOffset = portOffset;
    this.tier = tier;
    this.heap = heap;
  }

  /** Name of the module, the process and the log, for example {@code trainer-service}. */
  public String module() {
    return module;
  }

  /** Added to the first HTTP port. */
  int portOffset() {
    return portOffset;
  }

  /** Higher ones are stopped first. */
  int tier() {
    return tier;
  }

  /** Largest heap, as the JVM wants it. */
  String heap() {
    return heap;
  }
}
