/**
 * What makes sealed families of records a catalogue: annotations that describe a record and its
 * parameters once, and what reads them. Bounds are checked here, names found, flags and presets
 * listed. Nothing here knows an estimator or a policy.
 */
package io.isotherm.methods.catalogue;
