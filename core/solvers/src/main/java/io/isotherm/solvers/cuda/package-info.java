/**
 * Eigenvalues on an NVIDIA GPU: the CUDA libraries that the user's machine has, bound by name, and
 * a solver on them. Nothing of CUDA is on the class path, and nothing is loaded before {@link
 * io.isotherm.solvers.cuda.CudaLibraries#load()}.
 */
package io.isotherm.solvers.cuda;
