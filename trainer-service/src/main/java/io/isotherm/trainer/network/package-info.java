/**
 * The networks that the service can train, as DL4J configurations: each a {@link
 * io.isotherm.trainer.network.Network}, all of them in {@link
 * io.isotherm.trainer.network.Networks}.
 */
package io.isotherm.trainer.network;
