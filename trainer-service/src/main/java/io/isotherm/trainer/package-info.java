/**
 * Trains networks with DL4J and the Java client, one at a time, and takes orders over REST. This
 * package holds the service's configuration and its way to readiness; what is trained lives in
 * {@code network} and {@code data}, how a run lives and ends in {@code run}.
 */
package io.isotherm.trainer;
