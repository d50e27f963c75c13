/**
 * The check for a machine without Java and without a network: a script and an archive with a small
 * Java runtime, the jars and the libraries for one platform.
 */
package io.isotherm.gpucheck.bundle;
