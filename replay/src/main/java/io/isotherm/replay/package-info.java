/**
 * Another policy over a recorded run: what was measured and decided is read from Kafka, what would
 * have been decided is computed again. Nothing here writes to Kafka.
 */
package io.isotherm.replay;
