package io.isotherm.local.stack;

import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends the stack of a data folder from outside. Its launcher is asked to, and ends the processes in
 * its order; what a launcher has left that is gone, or that does not answer, is ended here.
 */
public final class StackStop {

  /** A launcher ends three tiers of processes, and gives each of them 15 seconds. */
  private static final Duration LAUNCHER_PATIENCE = Duration.ofSeconds(60);

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Installation installation;
  private final Path data;

  private StackStop(Installation installation, Path data) {
    this.installation = installation;
    this.data = data;
  }

  /**
   * What has been ended.
   *
   * @param launcherPid id of the process that had started everything
   * @param launcherRan whether that process was still there
   * @param processes names of those that it had started
   */
  public record Stopped(long launcherPid, boolean launcherRan, List<String> processes) {

    /** Copies the list. */
    public Stopped {
      processes = List.copyOf(processes);
    }
  }

  /**
   * Ends a stack and returns when all of its processes are gone.
   *
   * @param data folder that it was started with
   * @return empty if there was none
   * @throws UserError if a process cannot be ended
   */
  public static Optional<Stopped> stop(Installation installation, Path data)
      throws InterruptedException {
    OptionalLong launcher = StateFile.lastOwner(data);
    return launcher.isEmpty()
        ? Optional.empty()
        : new StackStop(installation, data).stop(launcher.getAsLong());
  }

  private Optional<Stopped> stop(long launcherPid) throws InterruptedException {
    boolean runs = StateFile.isOwned(data);
    List<ProcessHandle> processes = processesOf(launcherPid);
    List<String> names = names(processes);
    if (runs) {
      Optional<ProcessHandle> launcher = ProcessHandle.of(launcherPid);
      end(launcher.stream().toList(), LAUNCHER_PATIENCE);
    }
    // The broker was started first and is needed longest.
    List<ProcessHandle> left = processes.stream().filter(ProcessHandle::isAlive).toList();
    end(left.subList(Math.min(1, left.size()), left.size()), PATIENCE);
    end(left, PATIENCE);
    return runs || !left.isEmpty()
        ? Optional.of(new Stopped(launcherPid, runs, names))
        : Optional.empty();
  }

  /** In the order in which they were started. */
  private List<ProcessHandle> processesOf(long launcherPid) {
    String mark = Stack.parentWatch(installation, launcherPid);
    return ProcessHandle.allProcesses()
        .filter(process -> List.of(process.info().arguments().orElse(new String[0])).contains(mark))
        .sorted(Comparator.comparing(each -> each.info().startInstant().orElse(Instant.MAX)))
        .toList();
  }

  private List<String> names(List<ProcessHandle> processes) {
    Map<Long, String> known = new HashMap<>();
    StateFile.last(data)
        .ifPresent(
            state ->
                state
                    .members()
                    .forEach(
                        member -> member.pid().ifPresent(pid -> known.put(pid, member.name()))));
    return processes.stream()
        .map(process -> known.getOrDefault(process.pid(), "process " + process.pid()))
        .toList();
  }

  private static void end(List<ProcessHandle> processes, Duration patience)
      throws InterruptedException {
    processes.forEach(ProcessHandle::destroy);
    if (areGoneWithin(patience, processes)) {
      return;
    }
    processes.forEach(ProcessHandle::destroyForcibly);
    if (!areGoneWithin(PATIENCE, processes)) {
      List<Long> pids = new ArrayList<>();
      processes.stream().filter(ProcessHandle::isAlive).forEach(each -> pids.add(each.pid()));
      throw new UserError("cannot end process %s: end it by hand".formatted(pids));
    }
  }

  private static boolean areGoneWithin(Duration patience, List<ProcessHandle> processes)
      throws InterruptedException {
    CompletableFuture<?>[] ends =
        processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(ends).get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
