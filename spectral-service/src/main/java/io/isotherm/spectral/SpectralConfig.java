package io.isotherm.spectral;

import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectral.work.Devices;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** The service's own settings; those of Kafka are Quarkus' {@code kafka.*} and its channels'. */
@ConfigMapping(prefix = "isotherm.spectral")
public interface SpectralConfig {

  /**
   * How many layers are analysed side by side, one thread each; on GPUs, how many on each. By
   * default one per processor, or eight on a GPU, but at most one for each 192 MiB of {@link
   * #memory} and each 64 MiB of heap.
   */
  OptionalInt workers();

  /**
   * What computes eigenvalues: {@code lapack}, {@code cusolver}, {@code nd4j} or {@code reference};
   * by default {@code cusolver} where there is an NVIDIA GPU with CUDA 12 or 13, else {@code nd4j}
   * in a build with {@code -Dcuda}, otherwise {@code lapack}.
   */
  Optional<SolverKind> solver();

  /**
   * Which GPUs {@code cusolver} computes on: {@code all}, or CUDA's numbers with commas between
   * them.
   */
  @WithDefault("0")
  Devices devices();

  /**
   * How exactly eigenvalues are computed: {@code mixed} for single precision where a certificate
   * says that alpha is right to 1e-4, {@code double} for double precision always.
   */
  @WithDefault("mixed")
  PrecisionMode precision();

  /** Largest snapshot of one layer, less than 2 GiB; a larger one is refused. */
  @WithDefault("2047M")
  MemorySize maxDocument();

  /**
   * Bytes outside the heap that all layers may take together, their documents and what solvers
   * compute in, from a layer's first chunk to its published answer; by default a quarter of what
   * the machine or the container has, but 1.5 GiB where that is at most half. A layer that needs
   * more is answered with that; while it is used up, no more is taken from Kafka.
   */
  Optional<MemorySize> memory();

  /** How long a snapshot may wait for its next chunk before it is given up. */
  @WithDefault("60s")
  Duration assemblyTimeout();

  /**
   * How long a chunk that does not say how it is measured may wait for the description of its run;
   * a run that is not described by then is measured by the default estimator.
   */
  @WithDefault("5s")
  Duration descriptionPatience();

  /**
   * Of how many layers, those used last, is remembered what their runs say of them, and the newest
   * snapshot, to fence older ones.
   */
  @WithDefault("100000")
  int rememberedLayers();

  /** How long a layer that is being analysed may still take when the service is told to stop. */
  @WithDefault("10s")
  Duration shutdownTimeout();
}
