/** The networks that the service can train, as DL4J configurations. */
package io.isotherm.trainer.network;
