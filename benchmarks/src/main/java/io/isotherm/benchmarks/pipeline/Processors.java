package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.command.BenchmarkException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which processors somebody may use.
 *
 * @param list as {@code taskset} takes it, for example {@code 0,2-3}; all if empty
 */
record Processors(Optional<String> list) {

  /** A command that is bound to them. */
  List<String> bind(List<String> command) {
    List<String> bound = new ArrayList<>();
    list.ifPresent(some -> bound.addAll(List.of("taskset", "-c", some)));
    bound.addAll(command);
    return bound;
  }

  /** Binds a running process with all its threads. */
  void bind(long pid) throws InterruptedException {
    if (list.isEmpty()) {
      return;
    }
    try {
      Process taskset =
          new ProcessBuilder("taskset", "-a", "-c", "-p", list.get(), Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (taskset.waitFor() != 0) {
        throw new BenchmarkException("taskset cannot bind to processors " + list.get());
      }
    } catch (IOException e) {
      throw new BenchmarkException("taskset cannot be started: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return list.orElse("all");
  }
}
