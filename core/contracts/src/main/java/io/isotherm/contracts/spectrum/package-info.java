/** What the spectral service answers: for every layer of every snapshot an outcome. */
package io.isotherm.contracts.spectrum;
