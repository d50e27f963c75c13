/** The other side: torch in a Python process of its own, which may be missing, fail or be slow. */
package io.isotherm.gpucheck.torch;
