package io.isotherm.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessGroupTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void aReadyChildIsAwaited() throws Exception {
    int port = freePort();
    try (ProcessGroup group = new ProcessGroup(PATIENCE)) {
      ManagedProcess child = group.start(served(port, "ready"));

      group.awaitReady(PATIENCE, waiting -> assertThat(waiting).containsExactly("service"));

      assertThat(child.isAlive()).isTrue();
    }
  }

  @Test
  void aChildThatNeverGetsReadyIsNamedWithWhatItSays() throws Exception {
    int port = freePort();
    try (ProcessGroup group = new ProcessGroup(PATIENCE)) {
      group.start(served(port, "unready"));
      await().atMost(PATIENCE).until(() -> listens(port));

      assertThatThrownBy(() -> group.awaitReady(Duration.ofSeconds(1), waiting -> {}))
          .isInstanceOf(ChildFailedException.class)
          .hasMessageStartingWith(
              "service was not ready after 1 s: {\"reason\": \"the broker is away\"}")
          .hasMessageContaining(folder.resolve("service.log").toString());
    }
  }

  @Test
  void aChildThatDiesIsNamedWithItsLastWords() {
    try (ProcessGroup group = new ProcessGroup(PATIENCE)) {
      ManagedProcess child =
          group.start(Child.spec(folder, "broken", 0, Child.command(List.of(), "fails")));
      await().atMost(PATIENCE).until(() -> !child.isAlive());

      assertThatThrownBy(group::requireAlive)
          .isInstanceOf(ChildFailedException.class)
          .hasMessageStartingWith("broken ended unexpectedly (exit status 7)")
          .hasMessageContaining("  | something is wrong here")
          .hasMessageContaining(folder.resolve("broken.log").toString());
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    try (ProcessGroup group = new ProcessGroup(PATIENCE)) {
      ManagedProcess child =
          group.start(Child.spec(folder, "ghost", 0, List.of("/no/such/program")));
      await().atMost(PATIENCE).until(() -> !child.isAlive());

      assertThatThrownBy(group::requireAlive)
          .hasMessageStartingWith("ghost ended unexpectedly (exit status 127)");
    }
  }

  @Test
  void aStubbornChildIsKilled() {
    ProcessGroup group = new ProcessGroup(Duration.ofSeconds(1));
    ManagedProcess child =
        group.start(Child.spec(folder, "stubborn", 0, Child.command(List.of(), "stubborn")));
    awaitLine("stubborn", "started");

    group.close();

    assertThat(child.isAlive()).isFalse();
    assertThat(child.ending()).isEqualTo("killed by signal 9");
  }

  @Test
  void aClosedGroupStartsNothing() {
    ProcessGroup group = new ProcessGroup(PATIENCE);
    group.close();

    assertThatThrownBy(() -> group.start(Child.spec(folder, "late", 0, List.of("true"))))
        .isInstanceOf(StoppedException.class);
  }

  @Test
  void aTerminatedLauncherEndsItsChildrenHighestTierFirst() throws Exception {
    Process launcher = launcher();
    List<ProcessHandle> children = childrenOf(launcher);

    launcher.destroy();

    assertThat(launcher.waitFor()).isEqualTo(143);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(Files.readAllLines(folder.resolve("notes")))
        .containsExactly("tier2", "tier1", "tier0");
  }

  @Test
  void aKilledLauncherLeavesNobodyBehind() throws Exception {
    Process launcher = launcher();
    List<ProcessHandle> children = childrenOf(launcher);
    assertThat(children).hasSize(3).allMatch(ProcessHandle::isAlive);

    launcher.destroyForcibly();

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(children).noneMatch(ProcessHandle::isAlive));
  }

  private Process launcher() throws IOException {
    List<String> command =
        Child.command(List.of(), "launcher", folder.toString(), agent().toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("launcher.log").toFile())
        .start();
  }

  /** The launcher's children, once all of them are up. */
  private List<ProcessHandle> childrenOf(Process launcher) throws IOException {
    awaitLine("launcher", "children ");
    for (int tier = 0; tier < 3; tier++) {
      awaitLine("tier" + tier, "started");
    }
    String line = Files.readString(folder.resolve("launcher.log"));
    String pids = line.substring(line.indexOf('[') + 1, line.indexOf(']'));
    assertThat(launcher.isAlive()).isTrue();
    return Arrays.stream(pids.split(", "))
        .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
        .toList();
  }

  private void awaitLine(String name, String start) {
    Path log = folder.resolve(name + ".log");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Files.exists(log)
                    && Files.readAllLines(log).stream().anyMatch(line -> line.startsWith(start)));
  }

  /** The agent's jar as the build makes it: one class, and no other jars on its class path. */
  private Path agent() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", ParentWatch.class.getName());
    String entry = ParentWatch.class.getName().replace('.', '/') + ".class";
    Path jar = folder.resolve("agent.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream jarOut = new JarOutputStream(out, manifest);
        InputStream in = ParentWatch.class.getClassLoader().getResourceAsStream(entry)) {
      jarOut.putNextEntry(new JarEntry(entry));
      in.transferTo(jarOut);
      jarOut.closeEntry();
    }
    return jar;
  }

  private ProcessSpec served(int port, String path) {
    return new ProcessSpec(
        "service",
        1,
        Child.command(List.of(), "ready", Integer.toString(port)),
        Map.of(),
        folder,
        folder.resolve("service.log"),
        Optional.of(URI.create("http://127.0.0.1:" + port + "/" + path)));
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
