package io.isotherm.scheduler.rules;

import java.util.Locale;

/** Why a step was decided when it was. */
public enum Trigger {
  /** All its layers were in. */
  COMPLETE,
  /** It had waited long enough. */
  DEADLINE,
  /** Too many steps were open. */
  OVERFLOW;

  /** The value of the counter's tag, for example {@code deadline}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
