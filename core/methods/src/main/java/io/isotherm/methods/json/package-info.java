/**
 * The one JSON of messages, REST and command line: its mapper, and what it says of a document that
 * cannot be read.
 */
package io.isotherm.methods.json;
