package io.isotherm.cli;

import io.isotherm.local.stack.Installation;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says where a started stack keeps its data. */
final class DataOption {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "folder of the broker's data, logs and state (default: .isotherm in the project)")
  private Optional<Path> data;

  /** The folder, absolute. */
  Path folder(Installation installation) {
    return data.orElse(installation.root().resolve(".isotherm")).toAbsolutePath().normalize();
  }
}
