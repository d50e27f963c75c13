/**
 * The monitor over HTTP: JSON for what is, server-sent events for what changes. Nothing here waits
 * for a client.
 */
package io.isotherm.monitor.api;
