/**
 * What is being trained: the description that a trainer publishes once per start of a run, with the
 * base schedule, the policy and the estimator that the run asks for.
 */
package io.isotherm.contracts.run;
