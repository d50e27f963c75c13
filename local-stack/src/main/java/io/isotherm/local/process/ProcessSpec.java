package io.isotherm.local.process;

import io.isotherm.checks.Checks;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process to be started.
 *
 * @param name for the user, and of the log file
 * @param tier processes of a higher tier are stopped before those of a lower one
 * @param command the program and its arguments
 * @param environment on top of this process's own
 * @param directory where the process runs
 * @param log takes its output
 * @param readiness answers 200 to a GET once the process is ready; a process without one is ready
 *     when it is started
 */
public record ProcessSpec(
    String name,
    int tier,
    List<String> command,
    Map<String, String> environment,
    Path directory,
    Path log,
    Optional<URI> readiness) {

  /** Checks that nothing is missing. */
  public ProcessSpec {
    Checks.requireText("name of a process", name);
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    Checks.requirePresent("directory of process " + name, directory);
    Checks.requirePresent("log of process " + name, log);
    Checks.requirePresent("readiness of process " + name, readiness);
  }

  /** Without the environment, in which passwords can be. */
  @Override
  public String toString() {
    return "ProcessSpec[name=%s, tier=%d, command=%s]".formatted(name, tier, command);
  }
}
