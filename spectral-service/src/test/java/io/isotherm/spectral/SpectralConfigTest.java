package io.isotherm.spectral;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectral.work.Devices;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpectralConfigTest {

  private static final int PRIORITY = 500;

  @Test
  void everyKeyHasItsDefault() {
    SpectralConfig config = config(Map.of());

    assertThat(config.workers()).isEmpty();
    assertThat(config.solver()).isEmpty();
    assertThat(config.devices()).isEqualTo(new Devices(Optional.of(List.of(0))));
    assertThat(config.precision()).isEqualTo(PrecisionMode.MIXED);
    assertThat(config.maxDocument().asLongValue()).isEqualTo(2047L << 20);
    assertThat(config.memory()).isEmpty();
    assertThat(config.assemblyTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.descriptionPatience()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.rememberedLayers()).isEqualTo(100_000);
    assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void everyKeyCanBeSet() {
    SpectralConfig config =
        config(
            Map.of(
                "isotherm.spectral.workers", "3",
                "isotherm.spectral.solver", "nd4j",
                "isotherm.spectral.devices", "all",
                "isotherm.spectral.precision", "double",
                "isotherm.spectral.max-document", "1M",
                "isotherm.spectral.memory", "2M",
                "isotherm.spectral.assembly-timeout", "5s",
                "isotherm.spectral.description-patience", "2s",
                "isotherm.spectral.remembered-layers", "7",
                "isotherm.spectral.shutdown-timeout", "1s"));

    assertThat(config.workers()).hasValue(3);
    assertThat(config.solver()).hasValue(SolverKind.ND4J);
    assertThat(config.devices()).isEqualTo(new Devices(Optional.empty()));
    assertThat(config.precision()).isEqualTo(PrecisionMode.DOUBLE);
    assertThat(config.maxDocument().asLongValue()).isEqualTo(1L << 20);
    assertThat(config.memory()).map(MemorySize::asLongValue).hasValue(2L << 20);
    assertThat(config.assemblyTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.descriptionPatience()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.rememberedLayers()).isEqualTo(7);
    assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void thereAreNoOtherKeys() {
    assertThat(Arrays.stream(SpectralConfig.class.getDeclaredMethods()).map(Method::getName))
        .containsExactlyInAnyOrder(
            "workers",
            "solver",
            "devices",
            "precision",
            "maxDocument",
            "memory",
            "assemblyTimeout",
            "descriptionPatience",
            "rememberedLayers",
            "shutdownTimeout");
  }

  private static SpectralConfig config(Map<String, String> values) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(SpectralConfig.class)
            .withConverter(MemorySize.class, PRIORITY, new MemorySizeConverter())
            .withConverter(Duration.class, PRIORITY, new DurationConverter())
            .withSources(new PropertiesConfigSource(values, "test", PRIORITY))
            .build();
    return config.getConfigMapping(SpectralConfig.class);
  }
}
