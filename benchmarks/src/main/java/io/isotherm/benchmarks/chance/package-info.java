/** Alpha against chance on layers of one kind and many shapes, for {@code docs/method.md}. */
package io.isotherm.benchmarks.chance;
