package io.isotherm.local.status;

import io.isotherm.kafka.BrokerProblem;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.process.Readiness;
import io.isotherm.local.stack.StackState;
import io.isotherm.local.stack.StackState.Member;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** The processes of a stack, with their ids and addresses, and whether they are ready. */
public final class ProcessesTable {

  /** A login over TLS takes a busy machine some seconds. */
  private static final Duration BROKER_PATIENCE = Duration.ofSeconds(10);

  private ProcessesTable() {}

  /**
   * Shows them.
   *
   * @param broker how the broker is reached
   * @return whether all of them are ready
   */
  public static boolean show(Terminal terminal, StackState state, KafkaSettings broker)
      throws InterruptedException {
    Readiness readiness = new Readiness();
    TextTable table =
        new TextTable(
            List.of("process", "pid", "address", "ready"),
            List.of(Align.LEFT, Align.RIGHT, Align.LEFT, Align.LEFT));
    Optional<String> trouble = trouble(broker);
    boolean all = true;
    for (Member member : state.members()) {
      boolean ready =
          member.readiness().isPresent()
              ? readiness.isReady(member.readiness().get())
              : trouble.isEmpty();
      all &= ready;
      table.add(
          member.name(),
          member.pid().map(String::valueOf).orElse("-"),
          member.address(),
          ready ? "yes" : "no");
    }
    table.lines().forEach(terminal::print);
    trouble.ifPresent(line -> terminal.print("  " + line));
    return all;
  }

  /** What is wrong with the broker; empty if it answers. */
  private static Optional<String> trouble(KafkaSettings broker) throws InterruptedException {
    try (Admin admin = KafkaClients.admin(broker, "isotherm-status", BROKER_PATIENCE)) {
      admin.describeCluster().nodes().get(BROKER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return Optional.of(BrokerProblem.line(broker, e, BROKER_PATIENCE));
    }
  }
}
