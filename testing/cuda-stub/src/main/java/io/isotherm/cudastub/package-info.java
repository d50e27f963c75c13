/**
 * A stand-in for CUDA's libraries on a machine without a GPU, in C, built by the machine's compiler
 * when a test asks for it. It has exactly the functions that the solver calls, computes with plain
 * loops, and refuses calls that a device would answer with rubbish.
 */
package io.isotherm.cudastub;
