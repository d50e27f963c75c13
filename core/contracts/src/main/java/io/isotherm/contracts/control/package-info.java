/** What people tell the scheduler to do with a run while it trains. */
package io.isotherm.contracts.control;
