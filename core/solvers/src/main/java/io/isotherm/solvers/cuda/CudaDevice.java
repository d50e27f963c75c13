package io.isotherm.solvers.cuda;

/**
 * A GPU that this process may use.
 *
 * @param number by which CUDA knows it, from 0
 * @param name as its driver gives it
 * @param architecture that compilers build for, such as {@code sm_90}
 * @param multiprocessors how many it has
 * @param sharedBytes the most of a multiprocessor's own memory that a block may have
 */
public record CudaDevice(
    int number, String name, String architecture, int multiprocessors, int sharedBytes) {

  @Override
  public String toString() {
    return "CUDA device %d (%s)".formatted(number, name);
  }
}
