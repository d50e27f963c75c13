package io.isotherm.cli.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The script {@code ./isotherm} in a project that has nothing else of the real one: its {@code
 * java}, {@code javac}, {@code mvn} and {@code df} are scripts, and no others can be found.
 */
final class FakeProject {

  private static final Path SCRIPT = Path.of("..", "isotherm");

  /** The programs that the script uses, apart from those that are replaced. */
  private static final List<String> TOOLS =
      List.of(
          "awk",
          "bash",
          "cat",
          "dirname",
          "env",
          "find",
          "flock",
          "grep",
          "head",
          "mkdir",
          "mv",
          "readlink",
          "seq",
          "sh",
          "tail",
          "touch",
          "tput");

  private static final String JAVA =
      """
      if [ "$1" = -version ]; then
        echo 'openjdk version "VERSION" 2025-01-01' >&2
        echo 'OpenJDK Runtime Environment' >&2
        exit 0
      fi
      printf '<%s>\\n' "$@"
      exit "${FAKE_STATUS:-0}"
      """;

  private static final String MVN =
      """
      echo "$@" in "$PWD" >> "$HOME/builds"
      for module in monitor trainer spectral scheduler; do
        mkdir -p $module-service/target/quarkus-app
        touch $module-service/target/quarkus-app/quarkus-run.jar
      done
      mkdir -p cli/target
      touch cli/target/isotherm-cli.jar
      """;

  private static final String DF =
      """
      echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'
      echo "/dev/fake 99999999 1 $((${FAKE_FREE_MB:-100000} * 1024)) 1% /"
      """;

  /** What a call of the script left. */
  record Outcome(int status, String out, String err) {}

  private final Path tools;
  private final Path home;
  private final Path root;
  private final Path bin;
  private final Map<String, String> environment = new HashMap<>();

  /**
   * A project whose JDK is new enough.
   *
   * @param folder an empty one
   * @param name of the project's folder in it
   */
  FakeProject(Path folder, String name) throws IOException {
    home = Files.createDirectories(folder.resolve("home"));
    root = Files.createDirectories(folder.resolve(name));
    bin = Files.createDirectories(folder.resolve("bin"));
    tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : TOOLS) {
      program(tools.resolve(tool), "exec '%s' \"$@\"\n".formatted(find(tool)));
    }
    Files.copy(SCRIPT, script());
    program("df", DF);
    program("javac", "exit 0");
    program("mvn", MVN);
    java("17.0.9");
    source("core/spectra/src/main/java/Spectrum.java");
    environment.put("PATH", bin + ":" + tools);
    environment.put("HOME", home.toString());
  }

  Path script() {
    return root.resolve("isotherm");
  }

  Path root() {
    return root;
  }

  /** Where the replaced programs are. */
  Path bin() {
    return bin;
  }

  /** Replaces a program. */
  void program(String name, String body) throws IOException {
    program(bin.resolve(name), body);
  }

  private static void program(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes a program of this machine one that the script can find; false if there is none. */
  boolean addTool(String name) throws IOException {
    Path tool = Path.of("/usr/bin", name);
    if (!Files.isExecutable(tool)) {
      return false;
    }
    program(tools.resolve(name), "exec '%s' \"$@\"\n".formatted(tool));
    return true;
  }

  void removeTool(String name) throws IOException {
    Files.delete(tools.resolve(name));
  }

  void java(String version) throws IOException {
    program("java", JAVA.replace("VERSION", version));
  }

  void set(String variable, String value) {
    environment.put(variable, value);
  }

  /** Writes a source that is older than any build. */
  Path source(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    return file;
  }

  /** Changes a source a minute from now, as seen from a build that is made now. */
  void change(String name) throws IOException {
    Files.setLastModifiedTime(
        source(name), FileTime.from(Instant.now().plusSeconds(TimeUnit.MINUTES.toSeconds(1))));
  }

  /** The builds so far: Maven's arguments and folder. */
  List<String> builds() throws IOException {
    Path file = home.resolve("builds");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** Starts the script; what it prints goes to files of that name. */
  Process start(String name, String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(root.toFile())
            .redirectOutput(home.resolve(name + ".out").toFile())
            .redirectError(home.resolve(name + ".err").toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** What a started script has said on its error output so far. */
  String err(String name) throws IOException {
    return Files.readString(home.resolve(name + ".err"));
  }

  /** A file that the replaced programs know by {@code $HOME}. */
  Path inHome(String name) {
    return home.resolve(name);
  }

  Outcome run(String... arguments) throws Exception {
    return run(script(), root, arguments);
  }

  /** Calls the script by one of its names. */
  Outcome run(Path script, Path directory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(script.toString());
    command.addAll(List.of(arguments));
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("ended within a minute").isTrue();
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static Path find(String tool) {
    return Pattern.compile(":")
        .splitAsStream(System.getenv("PATH"))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + tool + " on the PATH"));
  }
}
