/**
 * Child processes that never outlive the process that started them: how they are started, waited
 * for, watched and stopped. Knows nothing of what the children do.
 */
package io.isotherm.local.process;
