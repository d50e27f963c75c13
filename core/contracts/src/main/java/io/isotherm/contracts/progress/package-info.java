/** What a trainer tells about itself while it trains. */
package io.isotherm.contracts.progress;
