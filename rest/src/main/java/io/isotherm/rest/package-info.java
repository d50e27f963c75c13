/**
 * What the services' REST interfaces have in common: a request's body is a record, read as all JSON
 * is read here and validated by its annotations, and a refusal names the field and its value in one
 * line. What a service offers stands in the service.
 */
package io.isotherm.rest;
