/**
 * What the service says about what it received: an outcome, a dead letter or both, and which
 * records are acknowledged with it. Values only; how they travel is messaging's business.
 */
package io.isotherm.spectral.answer;
