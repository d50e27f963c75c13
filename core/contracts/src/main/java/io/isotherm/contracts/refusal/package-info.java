/**
 * What a service tells a trainer when it cannot use what the trainer has sent. Dead letters are for
 * whoever runs the services; a refusal reaches the one who can mend it.
 */
package io.isotherm.contracts.refusal;
