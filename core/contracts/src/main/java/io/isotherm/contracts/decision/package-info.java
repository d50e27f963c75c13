/** What the scheduler decides: for every layer of a run a factor on the base learning rate. */
package io.isotherm.contracts.decision;
