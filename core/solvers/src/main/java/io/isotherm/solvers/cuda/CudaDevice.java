package io.isotherm.solvers.cuda;

/**
 * A GPU that this process may use.
 *
 * @param number by which CUDA knows it, from 0
 * @param name as its driver gives it
 */
public record CudaDevice(int number, String name) {

  @Override
  public String toString() {
    return "CUDA device %d (%s)".formatted(number, name);
  }
}
