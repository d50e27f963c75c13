/** The service's REST interface: a thin layer over {@code run}, with its errors in JSON. */
package io.isotherm.trainer.rest;
