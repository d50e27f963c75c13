/**
 * Kernels on the processor's vector unit for eigenvalues of symmetric matrices in single precision.
 * Plain arrays go in and come out; nothing here knows of weights, layers or LAPACK. All but {@link
 * io.isotherm.solvers.kernel.VectorUnit} and {@link io.isotherm.solvers.kernel.GramSlices} need a
 * JVM started with {@code --add-modules jdk.incubator.vector}.
 */
package io.isotherm.solvers.kernel;
