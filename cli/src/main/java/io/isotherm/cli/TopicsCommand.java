package io.isotherm.cli;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.ProvisionedTopic;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code topics}: creates the topics on a broker of the user's own. */
@Command(
    name = "topics",
    description = {
      "Creates Isotherm's topics on a Kafka cluster.",
      "",
      "What exists is left as it is.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class TopicsCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String UNNAMED =
      "Missing required option: '--bootstrap-servers ADDRESS' (or bootstrap.servers in"
          + " --kafka-config, or KAFKA_BOOTSTRAP_SERVERS)";

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Override
  public Integer call() {
    KafkaSettings settings =
        kafka.named().orElseThrow(() -> new ParameterException(spec.commandLine(), UNNAMED));
    List<ProvisionedTopic> topics = TopicProvisioner.provision(settings, PATIENCE);
    TextTable table =
        new TextTable(
            List.of("topic", "partitions", "settings", ""),
            List.of(Align.LEFT, Align.RIGHT, Align.LEFT, Align.LEFT));
    for (ProvisionedTopic topic : topics) {
      table.add(
          topic.topic().topicName(),
          Integer.toString(topic.partitions()),
          settings(topic.topic().config()),
          topic.created() ? "created" : "was there");
    }
    Terminal terminal = Terminal.standardOutput(System.getenv());
    table.lines().forEach(terminal::print);
    return 0;
  }

  private static String settings(Map<String, String> config) {
    return new TreeMap<>(config)
        .entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(" "));
  }
}
