package io.isotherm.trainer;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The trainer's configuration. The broker's address is {@code kafka.bootstrap.servers}. */
@ConfigMapping(prefix = "isotherm.trainer")
public interface TrainerConfig {

  /** Threads of the native mathematics; more than one only pays on an otherwise idle machine. */
  @WithDefault("1")
  int threads();

  /** Runs that may wait for their turn; one more is refused. */
  @WithDefault("16")
  int queueCapacity();

  /** Ended runs that are remembered. */
  @WithDefault("100")
  int endedRuns();

  /** Images of the training set that are used, from its beginning; 6000 are there. */
  @WithDefault("6000")
  int trainingImages();

  /** Images of the test set that are used, from its beginning; 1000 are there. */
  @WithDefault("1000")
  int testImages();

  /** How long the service waits at its end for the run in training to say goodbye. */
  @WithDefault("10s")
  Duration shutdownTimeout();

  /**
   * Folder that gets a safetensors file of the weights of every run that ends without an error,
   * named after the run; created if need be. Without it nothing is written.
   */
  Optional<Path> checkpoints();

  /** What a run gets that does not ask for anything else. */
  RunDefaults run();

  /** The run's client. */
  Client client();

  /** What a run gets that does not ask for anything else. */
  interface RunDefaults {

    /** Passes over the training set. */
    @WithDefault("10")
    int epochs();

    /** Seed of the first weights and of the order of the images. */
    @WithDefault("1")
    long seed();

    /** Images in a step. */
    @WithDefault("128")
    int batchSize();

    /** Base learning rate at the first step. */
    @WithDefault("0.1")
    double learningRate();
  }

  /** The run's client. */
  interface Client {

    /** Off-heap memory for copies of weights that wait for the broker. */
    @WithDefault("64M")
    MemorySize buffer();

    /** Layer snapshots that may wait for the broker. */
    @WithDefault("256")
    int queueCapacity();

    /** Smallest factor that is believed. */
    @WithDefault("0.01")
    double minFactor();

    /** Largest factor that is believed. */
    @WithDefault("100")
    double maxFactor();

    /** How long the end of a run waits for what is still to be sent. */
    @WithDefault("5s")
    Duration closeTimeout();
  }
}
