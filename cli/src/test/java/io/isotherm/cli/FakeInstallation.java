package io.isotherm.cli;

import io.isotherm.local.process.ParentWatch;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.Service;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A built project with the real launcher and the real broker, whose services are {@link
 * FakeService}s.
 */
final class FakeInstallation {

  private final Path folder;
  private final Installation installation;
  private final Map<String, String> environment = new HashMap<>();

  FakeInstallation(Path folder) throws IOException {
    this.folder = folder;
    this.installation = new Installation(folder.resolve("project"));
    Files.createDirectories(temporary());
    Path classes = classes();
    jar(
        installation.commandJar(),
        Map.of(
            Attributes.Name.MAIN_CLASS.toString(), Isotherm.class.getName(),
            Attributes.Name.CLASS_PATH.toString(), classPath()),
        contentsOf(classes));
    jar(
        installation.parentWatchJar(),
        Map.of("Premain-Class", ParentWatch.class.getName()),
        Map.of(ParentWatch.class.getName().replace('.', '/') + ".class", parentWatch()));
    for (Service service : Service.values()) {
      jar(
          installation.runner(service),
          Map.of(
              Attributes.Name.MAIN_CLASS.toString(), FakeService.class.getName(),
              Attributes.Name.CLASS_PATH.toString(), classPath()),
          Map.of());
    }
  }

  /** Where the launcher keeps logs and data while it runs. */
  Path temporary() {
    return folder.resolve("tmp");
  }

  Path out() {
    return folder.resolve("out");
  }

  Path err() {
    return folder.resolve("err");
  }

  void set(String variable, String value) {
    environment.put(variable, value);
  }

  /** Starts a command on free ports; its output replaces that of the one before. */
  Process start(String... arguments) throws IOException {
    return run(
        Stream.concat(Stream.of(arguments), Stream.of("--kafka-port", "0", "--http-port", "0"))
            .toArray(String[]::new));
  }

  /**
   * Starts a command with {@code ./isotherm} as a script does in its background, on free ports.
   *
   * @return the script's shell, which ends with the command's exit status
   */
  Process startInBackground(String... arguments) throws IOException {
    Path script = installation.root().resolve("isotherm");
    Files.copy(Path.of("..", "isotherm"), script);
    Files.createFile(installation.commandJar().resolveSibling("isotherm-built"));
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c"));
    command.add("\"$@\" & echo $! > background; wait $!");
    command.addAll(List.of("sh", script.toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--kafka-port", "0", "--http-port", "0"));
    return process(command);
  }

  /** Id of the command that runs in the background. */
  long background() throws IOException {
    return Long.parseLong(Files.readString(folder.resolve("background")).strip());
  }

  /** Starts a command; its output replaces that of the one before. */
  Process run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Djava.io.tmpdir=" + temporary());
    command.addAll(List.of("-jar", installation.commandJar().toString()));
    command.addAll(List.of(arguments));
    return process(command);
  }

  private Process process(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out().toFile())
            .redirectError(err().toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Where {@code start} keeps its data. */
  Path data() {
    return installation.root().resolve(".isotherm");
  }

  /** What is in the logs of that name so far. */
  String log(String name) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : filesIn(temporary())) {
      if (file.endsWith(name + ".log")) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private static Path classes() {
    try {
      return Path.of(Isotherm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String classPath() {
    return Pattern.compile(System.getProperty("path.separator"))
        .splitAsStream(System.getProperty("java.class.path"))
        .map(entry -> Path.of(entry).toUri().toString())
        .collect(Collectors.joining(" "));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  private static Map<String, byte[]> contentsOf(Path classes) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (Path file : filesIn(classes)) {
      contents.put(classes.relativize(file).toString(), Files.readAllBytes(file));
    }
    return contents;
  }

  /** Its module may be a folder of classes or a jar. */
  private static byte[] parentWatch() throws IOException {
    try (InputStream in = ParentWatch.class.getResourceAsStream("ParentWatch.class")) {
      return in.readAllBytes();
    }
  }

  private static void jar(Path jar, Map<String, String> attributes, Map<String, byte[]> content)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.forEach(manifest.getMainAttributes()::putValue);
    Files.createDirectories(jar.getParent());
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      for (Map.Entry<String, byte[]> file : content.entrySet()) {
        entries.putNextEntry(new JarEntry(file.getKey()));
        entries.write(file.getValue());
      }
    }
  }
}
