package io.isotherm.benchmarks.compare;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * How fast the workers' cores multiply single-precision matrices when all of them do, each with
 * OpenBLAS on one thread: what no exact route can exceed.
 */
final class GemmPeak {

  private static final int ORDER = 1024;
  private static final int PRODUCTS = 8;

  private GemmPeak() {}

  /** Floating-point operations per nanosecond of all workers together. */
  static double gigaflops(int workers) {
    openblas.blas_set_num_threads(1);
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      multiplyOnAll(threads, workers, 1);
      long start = System.nanoTime();
      multiplyOnAll(threads, workers, PRODUCTS);
      long nanos = System.nanoTime() - start;
      return 2.0 * ORDER * ORDER * ORDER * PRODUCTS * workers / nanos;
    } finally {
      threads.shutdownNow();
    }
  }

  private static void multiplyOnAll(ExecutorService threads, int workers, int products) {
    List<Future<?>> pending = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      pending.add(threads.submit(() -> multiply(products)));
    }
    for (Future<?> worker : pending) {
      try {
        worker.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException("the GEMM peak cannot be measured: " + e, e);
      }
    }
  }

  private static void multiply(int products) {
    float[] values = new float[ORDER * ORDER];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 7;
    }
    try (FloatPointer a = new FloatPointer(values);
        FloatPointer b = new FloatPointer(values);
        FloatPointer c = new FloatPointer(values)) {
      for (int k = 0; k < products; k++) {
        openblas.cblas_sgemm(
            CblasColMajor,
            CblasNoTrans,
            CblasNoTrans,
            ORDER,
            ORDER,
            ORDER,
            1,
            a,
            ORDER,
            b,
            ORDER,
            0,
            c,
            ORDER);
      }
    }
  }
}
