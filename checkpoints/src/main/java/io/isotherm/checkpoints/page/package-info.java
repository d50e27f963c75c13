/**
 * The page that shows a whole analysis by itself: template, style and script are resources beside
 * this package, and the charts' library is put beside them by the build.
 */
package io.isotherm.checkpoints.page;
