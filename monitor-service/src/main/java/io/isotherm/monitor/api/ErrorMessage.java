package io.isotherm.monitor.api;

/**
 * The body of every error.
 *
 * @param message one line: what, which value
 */
public record ErrorMessage(String message) {}
