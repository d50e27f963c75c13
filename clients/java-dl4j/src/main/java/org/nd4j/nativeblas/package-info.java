/**
 * Not a package of Isotherm: it holds the one class that DL4J looks for by a name that ND4J has
 * given up. Nothing else belongs here.
 */
package org.nd4j.nativeblas;
