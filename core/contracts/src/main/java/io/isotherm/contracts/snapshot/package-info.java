/**
 * One layer's weights on their way: cut into chunks that fit a broker's default limits, and put
 * together again under a byte budget.
 */
package io.isotherm.contracts.snapshot;
