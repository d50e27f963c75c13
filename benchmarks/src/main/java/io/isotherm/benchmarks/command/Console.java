package io.isotherm.benchmarks.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** How a benchmark speaks: its tables to the standard output, all else to the standard error. */
public record Console(CommandSpec spec) {

  /** A command whose failure is one line and exit status 1. */
  public static CommandLine commandLine(Callable<Integer> benchmark) {
    CommandLine commandLine = new CommandLine(benchmark);
    Console console = new Console(commandLine.getCommandSpec());
    return commandLine.setExecutionExceptionHandler(
        (failure, command, result) -> {
          console.say(failure.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
  }

  /** A line about what goes on, behind the command's name. */
  public void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.name().substring(spec.name().lastIndexOf('/') + 1) + ": " + line);
    err.flush();
  }

  /** Lines of the report. */
  public void print(List<String> lines) {
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(out::println);
    out.flush();
  }

  /** The command as it was typed, without the option that the script beside it adds. */
  public String invocation() {
    return Stream.concat(
            Stream.of(spec.name()),
            spec.commandLine().getParseResult().originalArgs().stream()
                .filter(argument -> !argument.startsWith("--project")))
        .collect(Collectors.joining(" "));
  }

  /** Writes a report as JSON, and says where to. */
  public void write(Object report, Path file) throws IOException {
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), report);
    say("written to " + file);
  }
}
