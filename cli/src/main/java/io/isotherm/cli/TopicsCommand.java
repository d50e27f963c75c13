package io.isotherm.cli;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import io.isotherm.terminal.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "ADDRESS",
      required = true,
      description = "host:port of a broker, or several with commas")
  private String bootstrapServers;

  @Override
  public Integer call() {
    List<Topic> created;
    try {
      created = TopicProvisioner.provision(bootstrapServers, PATIENCE);
    } catch (BrokerException e) {
      throw new UserError(e.getMessage(), e);
    }
    TextTable table =
        new TextTable(
            List.of("topic", "partitions", "settings", ""),
            List.of(Align.LEFT, Align.RIGHT, Align.LEFT, Align.LEFT));
    for (Topic topic : Topic.values()) {
      table.add(
          topic.topicName(),
          Integer.toString(topic.partitions()),
          settings(topic.config()),
          created.contains(topic) ? "created" : "was there");
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
