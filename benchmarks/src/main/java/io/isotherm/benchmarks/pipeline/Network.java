package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.safetensors.DType;
import java.util.Locale;

/**
 * A network whose layers go through the pipeline.
 *
 * @param workload its layers
 * @param dtype that they are sent in
 */
record Network(Workload workload, DType dtype) {

  /**
   * Reads a workload, with {@code :bf16} behind it for weights in 16 bits.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static Network parse(String text) {
    String suffix = ":" + DType.BF16.name().toLowerCase(Locale.ROOT);
    boolean isShort = text.endsWith(suffix);
    String workload = isShort ? text.substring(0, text.length() - suffix.length()) : text;
    return new Network(Workload.parse(workload, 1), isShort ? DType.BF16 : DType.F32);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return workload.name() + (dtype == DType.BF16 ? ":bf16" : "");
  }
}
