/** How results are laid out for the reader, in Markdown that is also plain text. */
package io.isotherm.benchmarks.table;
