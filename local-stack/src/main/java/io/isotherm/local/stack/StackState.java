package io.isotherm.local.stack;

import io.isotherm.checks.Checks;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A running stack as others see it.
 *
 * @param launcherPid id of the process that everything belongs to
 * @param bootstrapServers address of the broker
 * @param page address of the live page
 * @param members the processes
 */
public record StackState(
    long launcherPid, String bootstrapServers, URI page, List<Member> members) {

  /** Checks that nothing is missing. */
  public StackState {
    Checks.requirePositive("launcherPid", launcherPid);
    Checks.requireText("bootstrapServers", bootstrapServers);
    Checks.requirePresent("page", page);
    members = List.copyOf(Checks.requirePresent("members", members));
  }

  /**
   * One process.
   *
   * @param name for example {@code trainer-service}
   * @param pid its id, or empty where only its address is known
   * @param address where it listens
   * @param readiness its health endpoint; the broker has none
   */
  public record Member(String name, Optional<Long> pid, String address, Optional<URI> readiness) {

    /** Checks that nothing is missing. */
    public Member {
      Checks.requireText("name of a process", name);
      pid = pid == null ? Optional.empty() : pid;
      Checks.requireText("address of " + name, address);
      readiness = readiness == null ? Optional.empty() : readiness;
    }
  }

  /**
   * What listens on {@code ports}; processes are named if {@code pid} knows them.
   *
   * @param bootstrapServers address of the broker, which may be somebody else's
   */
  public static StackState of(
      long launcherPid, ServicePorts ports, String bootstrapServers, PidLookup pid) {
    List<Member> members = new ArrayList<>();
    members.add(new Member(Stack.BROKER, pid.of(Stack.BROKER), bootstrapServers, Optional.empty()));
    for (Service service : Service.values()) {
      members.add(
          new Member(
              service.module(),
              pid.of(service.module()),
              ports.address(service).toString(),
              Optional.of(ports.readiness(service))));
    }
    return new StackState(launcherPid, bootstrapServers, ports.address(Service.MONITOR), members);
  }

  /** Tells the id of a process by its name. */
  @FunctionalInterface
  public interface PidLookup {
    /** The id, if it is known. */
    Optional<Long> of(String name);
  }
}
