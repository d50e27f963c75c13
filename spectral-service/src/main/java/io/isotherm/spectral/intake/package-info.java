/**
 * From chunks to analysis jobs: fencing, back-pressure, giving up. Decides what every record is
 * answered with; how answers travel is not known here.
 */
package io.isotherm.spectral.intake;
