/**
 * Two checkpoints side by side: their layers matched by name, and how much each has changed. Where
 * the numbers come from, and how they are printed, is not known here.
 */
package io.isotherm.checkpoints.comparison;
