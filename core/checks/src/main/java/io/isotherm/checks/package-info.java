/**
 * Refuses what cannot be, in one clear line: values of messages, names of runs and layers, and text
 * from outside before it stands in an error message or a log. Knows no format and no message.
 */
package io.isotherm.checks;
