package io.isotherm.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopicTest {

  @Test
  void topicsThatTheSchedulerJoinsHaveEquallyManyPartitions() {
    assertThat(Topic.JOINED)
        .contains(Topic.RUNS, Topic.PROGRESS, Topic.SPECTRA, Topic.CONTROLS)
        .extracting(Topic::partitions)
        .containsOnly(Topic.RUNS.partitions());
  }

  @ParameterizedTest
  @EnumSource
  void nameAndSettingsStayAsTheyAre(Topic topic) {
    String line =
        switch (topic) {
          case RUNS -> "isotherm.runs 6 {cleanup.policy=compact, max.message.bytes=16777216}";
          case PROGRESS -> "isotherm.progress 6 {cleanup.policy=delete, retention.ms=604800000}";
          case SNAPSHOTS ->
              "isotherm.snapshots 12 {cleanup.policy=delete, retention.bytes=1073741824,"
                  + " retention.ms=3600000}";
          case SPECTRA -> "isotherm.spectra 6 {cleanup.policy=delete, retention.ms=604800000}";
          case LEARNING_RATES ->
              "isotherm.learning-rates 6 {cleanup.policy=delete, max.message.bytes=16777216,"
                  + " retention.ms=604800000}";
          case SHADOW_DECISIONS ->
              "isotherm.shadow-decisions 6 {cleanup.policy=delete, max.message.bytes=16777216,"
                  + " retention.ms=604800000}";
          case CONTROLS -> "isotherm.controls 6 {cleanup.policy=delete, retention.ms=2592000000}";
          case REFUSALS -> "isotherm.refusals 6 {cleanup.policy=delete, retention.ms=604800000}";
          case DEAD_LETTERS ->
              "isotherm.dead-letters 1 {cleanup.policy=delete, retention.bytes=268435456,"
                  + " retention.ms=604800000}";
        };

    Map<String, String> sorted = new TreeMap<>(topic.config());

    assertThat(topic.topicName() + " " + topic.partitions() + " " + sorted).isEqualTo(line);
  }

  @ParameterizedTest
  @EnumSource
  void boundInBytesIsTheOneThatTheBrokerIsTold(Topic topic) {
    String told = topic.config().get("retention.bytes");

    assertThat(topic.retentionBytesPerPartition().isPresent()).isEqualTo(told != null);
    topic
        .retentionBytesPerPartition()
        .ifPresent(bytes -> assertThat(told).isEqualTo(Long.toString(bytes)));
  }
}
