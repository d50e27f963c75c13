/**
 * What runs say of themselves on {@code isotherm.runs}: how their layers are measured, and what
 * those layers look like. A service that has read nothing there works, and checks nothing.
 */
package io.isotherm.spectral.runs;
