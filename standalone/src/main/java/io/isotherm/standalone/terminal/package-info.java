/**
 * What the user sees: lines, tables, and on a terminal colours and one last line that changes.
 * Knows nothing of what is shown.
 */
package io.isotherm.standalone.terminal;
