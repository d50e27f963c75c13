/**
 * All of Isotherm on one machine: which processes there are, where their programs and ports are,
 * where they keep their data, and how they are started together. What is then done with them is the
 * commands' business.
 */
package io.isotherm.local.stack;
