package io.isotherm.local.stack;

import io.isotherm.terminal.UserError;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the built programs are.
 *
 * @param root the project's folder
 */
public record Installation(Path root) {

  private static final String COMMAND_JAR = "cli/target/isotherm-cli.jar";
  private static final String PARENT_WATCH_JAR =
      "local-stack/target/isotherm-local-stack-parent-watch.jar";

  /**
   * The installation that a program belongs to: its jar is in {@code cli/target}.
   *
   * @param program a class of that jar
   * @throws UserError if the program does not run from there
   */
  public static Installation of(Class<?> program) {
    try {
      Path code = Path.of(program.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path root = code.resolve("../../..").toAbsolutePath().normalize();
      if (!Files.isDirectory(root.resolve("cli"))) {
        throw new UserError(
            "%s is not in cli/target of the project: run ./isotherm there".formatted(code));
      }
      return new Installation(root);
    } catch (URISyntaxException e) {
      throw new UserError("cannot tell where this program is: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that everything has been built, at a place where it can run.
   *
   * @throws UserError that names the first file that is missing
   */
  public void requireBuilt() {
    // -javaagent:JAR=OPTIONS ends the jar's name at the first '='.
    if (root.toString().contains("=")) {
      throw new UserError(
          "the project's folder %s has a '=' in its path: move or rename it".formatted(root));
    }
    requireFile(commandJar());
    requireFile(parentWatchJar());
    for (Service service : Service.values()) {
      requireFile(runner(service));
    }
  }

  /** The jar of this program. */
  public Path commandJar() {
    return root.resolve(COMMAND_JAR);
  }

  /** The jar of the agent that ends a child when its launcher has ended. */
  public Path parentWatchJar() {
    return root.resolve(PARENT_WATCH_JAR);
  }

  /** The jar that starts a service. */
  public Path runner(Service service) {
    return root.resolve(service.module()).resolve("target/quarkus-app/quarkus-run.jar");
  }

  private static void requireFile(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserError(
          file + " is missing: build it with 'mvn -DskipTests package', or use ./isotherm");
    }
  }
}
