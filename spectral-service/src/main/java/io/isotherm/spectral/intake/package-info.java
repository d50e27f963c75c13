/**
 * From chunks to analysis jobs: assembly under the byte budget, fencing, back-pressure, giving up.
 * Decides what every record is answered with; how answers travel is not known here.
 */
package io.isotherm.spectral.intake;
