package io.isotherm.scheduler;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The scheduler's settings. The broker's address is {@code kafka.bootstrap.servers}. */
@ConfigMapping(prefix = "isotherm.scheduler")
public interface SchedulerConfig {

  /**
   * How long an incomplete step waits for its missing layers, from its first outcome's arrival
   * here, or from the moment at which this instance took the run over.
   */
  @WithDefault("30s")
  Duration decisionDeadline();

  /** How often deadlines are looked at: a decision comes at most this much after its deadline. */
  @WithDefault("500ms")
  Duration checkInterval();

  /** How many steps of a run may be incomplete; one more and the oldest is decided as it is. */
  @WithDefault("16")
  int maxOpenSteps();

  /** How many outcomes of a run wait for its description; one more and the oldest is dropped. */
  @WithDefault("1024")
  int maxWaitingOutcomes();

  /** The smallest factor that leaves the scheduler. */
  @WithDefault("0.01")
  double minFactor();

  /** The largest factor that leaves the scheduler. */
  @WithDefault("100")
  double maxFactor();

  /** How long the state of a finished or failed run is kept. */
  @WithDefault("24h")
  Duration runRetention();

  /**
   * How long the state of a lost run is kept. Then it is dropped, and the run is deleted from
   * {@code isotherm.runs}; a trainer that is heard after that has to describe its run again.
   */
  @WithDefault("24h")
  Duration lostRetention();

  /**
   * How many decisions of each run are kept for {@code GET /runs/{run}/decisions}, of runs of
   * thousands of layers only as many as have 100,000 layers together; 0 for none.
   */
  @WithDefault("20")
  int decisionsKept();

  /**
   * Where the other instances reach this one's HTTP port, as {@code host:port}: each instance
   * answers for the runs of all by asking the one that has the run.
   */
  @WithDefault("127.0.0.1:${quarkus.http.port}")
  String advertisedAddress();

  /** How long a request waits for another instance, or for Kafka's word that a control is kept. */
  @WithDefault("5s")
  Duration requestTimeout();

  /**
   * How many layers the runs that are kept decoded in memory may have together, in each partition.
   * Beyond it the runs that were heard of longest ago are read from the store again, which is slow.
   */
  @WithDefault("50000")
  int layersInMemory();

  /**
   * Folder of the local copy of the state. One for each instance and each cluster: two instances
   * cannot share one, and a new cluster must not find an old cluster's state.
   */
  @WithDefault("${java.io.tmpdir}/isotherm-scheduler")
  String stateDir();
}
