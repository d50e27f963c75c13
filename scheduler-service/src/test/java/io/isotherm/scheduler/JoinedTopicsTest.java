package io.isotherm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.Test;

class JoinedTopicsTest {

  @Test
  void sourcesAreTheTopicsThatAreSaidToBeJoined() {
    // When
    Set<String> sources =
        topology().describe().subtopologies().stream()
            .flatMap(part -> part.nodes().stream())
            .filter(TopologyDescription.Source.class::isInstance)
            .flatMap(source -> ((TopologyDescription.Source) source).topicSet().stream())
            .collect(Collectors.toSet());

    // Then
    assertThat(sources)
        .containsExactlyInAnyOrderElementsOf(Topic.JOINED.stream().map(Topic::topicName).toList());
  }

  private static Topology topology() {
    return SchedulerTopology.build(
        TestConfig.with(Map.of()),
        TestConfig.lease(Map.of()),
        new SchedulerMetrics(new SimpleMeterRegistry()),
        PolicyAnswer::next,
        () -> true,
        () -> 0);
  }
}
