/**
 * What the user sees: lines, tables, on a terminal colours and one last line that changes, and the
 * errors that end the command. Knows nothing of what is shown.
 */
package io.isotherm.terminal;
