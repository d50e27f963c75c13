/**
 * A run from its order to its end: what was asked for, the states that it goes through, the queue
 * that it waits in and the job that trains it. Knows nothing of HTTP.
 */
package io.isotherm.trainer.run;
