package io.isotherm.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.quarkus.runtime.configuration.PathConverter;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;

class TrainerConfigTest {

  @Test
  void everyKeyHasItsDefault() {
    // Given
    SmallRyeConfig config = builder().build();

    // When
    TrainerConfig trainer = config.getConfigMapping(TrainerConfig.class);

    // Then
    assertThat(trainer.threads()).isEqualTo(1);
    assertThat(trainer.queueCapacity()).isEqualTo(16);
    assertThat(trainer.endedRuns()).isEqualTo(100);
    assertThat(trainer.trainingImages()).isEqualTo(6000);
    assertThat(trainer.testImages()).isEqualTo(1000);
    assertThat(trainer.shutdownTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(trainer.checkpoints()).isEmpty();
    assertThat(trainer.run().epochs()).isEqualTo(10);
    assertThat(trainer.run().seed()).isEqualTo(1);
    assertThat(trainer.run().batchSize()).isEqualTo(128);
    assertThat(trainer.run().learningRate()).isEqualTo(0.1);
    assertThat(trainer.client().buffer().asBigInteger()).isEqualTo(BigInteger.valueOf(64 << 20));
    assertThat(trainer.client().queueCapacity()).isEqualTo(256);
    assertThat(trainer.client().minFactor()).isEqualTo(0.01);
    assertThat(trainer.client().maxFactor()).isEqualTo(100);
    assertThat(trainer.client().closeTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void theKeysAreThese() {
    // Given: a mapping refuses keys under its prefix that it does not know
    Map<String, String> keys = new TreeMap<>();
    keys.put("isotherm.trainer.threads", "2");
    keys.put("isotherm.trainer.queue-capacity", "3");
    keys.put("isotherm.trainer.ended-runs", "4");
    keys.put("isotherm.trainer.training-images", "5");
    keys.put("isotherm.trainer.test-images", "6");
    keys.put("isotherm.trainer.shutdown-timeout", "7s");
    keys.put("isotherm.trainer.checkpoints", "/some/where");
    keys.put("isotherm.trainer.run.epochs", "8");
    keys.put("isotherm.trainer.run.seed", "9");
    keys.put("isotherm.trainer.run.batch-size", "10");
    keys.put("isotherm.trainer.run.learning-rate", "0.11");
    keys.put("isotherm.trainer.client.buffer", "12M");
    keys.put("isotherm.trainer.client.queue-capacity", "13");
    keys.put("isotherm.trainer.client.min-factor", "0.14");
    keys.put("isotherm.trainer.client.max-factor", "15");
    keys.put("isotherm.trainer.client.close-timeout", "16s");

    // When
    TrainerConfig trainer =
        builder().withDefaultValues(keys).build().getConfigMapping(TrainerConfig.class);

    // Then
    assertThat(trainer.threads()).isEqualTo(2);
    assertThat(trainer.queueCapacity()).isEqualTo(3);
    assertThat(trainer.endedRuns()).isEqualTo(4);
    assertThat(trainer.trainingImages()).isEqualTo(5);
    assertThat(trainer.testImages()).isEqualTo(6);
    assertThat(trainer.shutdownTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(trainer.checkpoints()).hasValue(Path.of("/some/where"));
    assertThat(trainer.run().epochs()).isEqualTo(8);
    assertThat(trainer.run().seed()).isEqualTo(9);
    assertThat(trainer.run().batchSize()).isEqualTo(10);
    assertThat(trainer.run().learningRate()).isEqualTo(0.11);
    assertThat(trainer.client().buffer().asBigInteger()).isEqualTo(BigInteger.valueOf(12 << 20));
    assertThat(trainer.client().queueCapacity()).isEqualTo(13);
    assertThat(trainer.client().minFactor()).isEqualTo(0.14);
    assertThat(trainer.client().maxFactor()).isEqualTo(15);
    assertThat(trainer.client().closeTimeout()).isEqualTo(Duration.ofSeconds(16));
  }

  private static SmallRyeConfigBuilder builder() {
    return new SmallRyeConfigBuilder()
        .withConverters(
            new Converter<?>[] {
              new MemorySizeConverter(), new DurationConverter(), new PathConverter()
            })
        .withMapping(TrainerConfig.class);
  }
}
