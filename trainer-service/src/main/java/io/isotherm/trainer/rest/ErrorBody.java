package io.isotherm.trainer.rest;

/**
 * Why a request was refused.
 *
 * @param message one line: what, which value, what to do
 * @param field of the order that is to blame; empty if none is
 */
public record ErrorBody(String message, String field) {}
