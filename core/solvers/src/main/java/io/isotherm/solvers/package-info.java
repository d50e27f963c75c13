/**
 * The fast {@link io.isotherm.spectra.EigenvalueSolver}s: LAPACK through JavaCPP's OpenBLAS, CUDA,
 * and ND4J on whichever backend is on the class path. {@link io.isotherm.solvers.SolverKind}
 * chooses among them by name, and {@link io.isotherm.solvers.SolverChoice} for who names none;
 * nothing here knows where the weights come from.
 */
package io.isotherm.solvers;
