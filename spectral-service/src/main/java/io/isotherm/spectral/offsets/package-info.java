/**
 * Which records of a partition are answered, what of that is committed, and what the process before
 * this one had answered already. No outcome is ever contradicted because of what is here: see
 * {@link io.isotherm.spectral.offsets.OwnedPartition}.
 */
package io.isotherm.spectral.offsets;
