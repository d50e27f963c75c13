/**
 * The command line {@code ./isotherm}: options, messages and exit statuses. Each command is one
 * class; what they do with processes, ports and topics is in the packages below.
 */
package io.isotherm.cli;
