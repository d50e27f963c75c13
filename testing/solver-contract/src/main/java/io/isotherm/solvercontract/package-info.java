/**
 * What every eigenvalue solver must do, as abstract tests that the test of each solver extends: on
 * matrices with known eigenvalues, and under all estimators against the published codes.
 */
package io.isotherm.solvercontract;
