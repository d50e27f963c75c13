package io.isotherm.spectral.work;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Jobs that wait for a worker. Runs take turns, one job each; within a run the layer that waits
 * longest comes first. A newer snapshot of a layer takes the older one's place in the line, so a
 * layer that is published often neither falls back nor pushes ahead.
 *
 * <p>Bounded by what it is fed with: no more than one job a layer.
 */
public final class FairQueue {

  /** Jobs by layer by run; the run whose turn it is stands first. */
  private final Map<String, Map<String, AnalysisJob>> runs = new LinkedHashMap<>();

  private int depth;
  private boolean closed;

  /** Adds a job; the result is the job of the same layer that it replaces, if there is one. */
  public synchronized Optional<AnalysisJob> offer(AnalysisJob job) {
    AnalysisJob replaced =
        runs.computeIfAbsent(job.id().run(), run -> new LinkedHashMap<>())
            .put(job.id().layer(), job);
    if (replaced == null) {
      depth++;
      notify();
    }
    return Optional.ofNullable(replaced);
  }

  /** Waits for the next job; empty when the queue is closed. */
  public synchronized Optional<AnalysisJob> take() throws InterruptedException {
    while (depth == 0 && !closed) {
      wait();
    }
    if (closed) {
      return Optional.empty();
    }
    String run = runs.keySet().iterator().next();
    Map<String, AnalysisJob> jobs = runs.remove(run);
    Iterator<AnalysisJob> line = jobs.values().iterator();
    AnalysisJob job = line.next();
    line.remove();
    depth--;
    if (!jobs.isEmpty()) {
      runs.put(run, jobs);
    }
    return Optional.of(job);
  }

  /** Removes the jobs whose chunks came from one of these partitions. */
  public synchronized List<AnalysisJob> removeFrom(Collection<Integer> partitions) {
    List<AnalysisJob> removed = new ArrayList<>();
    for (Map<String, AnalysisJob> jobs : runs.values()) {
      Iterator<AnalysisJob> line = jobs.values().iterator();
      while (line.hasNext()) {
        AnalysisJob job = line.next();
        if (partitions.contains(job.partition())) {
          line.remove();
          removed.add(job);
        }
      }
    }
    runs.values().removeIf(Map::isEmpty);
    depth -= removed.size();
    return removed;
  }

  /** How many jobs wait. */
  public synchronized int depth() {
    return depth;
  }

  /** No job is given out any more; those that wait are left to whoever gets their chunks next. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
