package io.isotherm.gpucheck.work;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Times of the same work, lap after lap. */
public final class Laps {

  private static final int LEAST = 3;
  private static final int MOST_JOBS = 4096;
  private static final double LONG_SECONDS = 4;

  private Laps() {}

  /**
   * Seconds per job where {@code workers} do the same job again and again: the median of three laps
   * or more, or one lap if that takes longer than {@code seconds}. A first lap is not counted
   * unless it takes very long.
   *
   * @param seconds that the laps should take together
   */
  public static double perJob(Workers pool, Job job, int workers, double seconds) {
    double first = pool.lap(Collections.nCopies(workers, job), workers);
    if (first > LONG_SECONDS) {
      return first / workers;
    }
    double rounds = Math.min(MOST_JOBS / (double) workers, seconds / LEAST / Math.max(first, 1e-6));
    List<Job> jobs = Collections.nCopies(workers * Math.max(1, (int) rounds), job);
    return median(pool, jobs, workers, first > seconds / 2 ? 0 : seconds) / jobs.size();
  }

  /**
   * The median of three laps or more over the same jobs, after one that does not count; of one lap
   * if {@code seconds} is 0.
   */
  public static double median(Workers pool, List<Job> jobs, int workers, double seconds) {
    List<Double> laps = new ArrayList<>();
    int least = seconds > 0 ? LEAST : 1;
    if (seconds > 0) {
      pool.lap(jobs, workers);
    }
    long begun = System.nanoTime();
    while (laps.size() < least || (System.nanoTime() - begun) / 1e9 < seconds) {
      laps.add(pool.lap(jobs, workers));
    }
    Collections.sort(laps);
    return laps.get(laps.size() / 2);
  }
}
