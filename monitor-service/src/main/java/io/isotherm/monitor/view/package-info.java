/**
 * What the monitor knows about each run, bounded in every direction, and the records that its JSON
 * is made of. Plain Java: no Kafka client, no HTTP.
 */
package io.isotherm.monitor.view;
