package io.isotherm.spectra.fit;

/** The power law that a spectrum's tail follows, or why none can be told. */
public sealed interface TailFit {

  /**
   * A density {@code p(λ) ~ λ^-alpha} from {@code xmin} upwards.
   *
   * @param alpha the exponent, finite and greater than 1
   * @param ksDistance between the tail and the fit, as the estimator defines it
   * @param xmin the eigenvalue where the tail starts
   * @param xminIndex its 0-based index in ascending order, among all eigenvalues
   * @param tailSize how many eigenvalues were fitted, {@code xmin} included
   */
  record PowerLaw(double alpha, double ksDistance, double xmin, int xminIndex, int tailSize)
      implements TailFit {}

  /**
   * The eigenvalues do not determine an exponent.
   *
   * @param reason one line for the reader, with the value that says so
   */
  record Undetermined(String reason) implements TailFit {}
}
