package io.isotherm.monitor.view;

import io.isotherm.contracts.refusal.Refusal;

/**
 * What a service has told the trainer of a run.
 *
 * @param atMillis when, since the epoch
 * @param refusal what it cannot use, and why
 */
public record RefusalRow(long atMillis, Refusal refusal) {}
