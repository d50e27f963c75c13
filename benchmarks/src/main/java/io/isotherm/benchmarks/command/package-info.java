/** What the commands of this module have in common. */
package io.isotherm.benchmarks.command;
