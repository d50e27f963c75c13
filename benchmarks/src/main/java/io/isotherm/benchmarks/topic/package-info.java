/** What the services answer, as a consumer sees it while they are measured. */
package io.isotherm.benchmarks.topic;
