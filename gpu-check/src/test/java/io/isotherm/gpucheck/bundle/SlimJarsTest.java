package io.isotherm.gpucheck.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlimJarsTest {

  @TempDir private Path folder;

  @Test
  void headersAndOtherPlatformsStayBehind() throws IOException {
    // Given
    List<Path> jars = wanted();
    jars.set(
        SlimJars.WANTED.indexOf("jna-"),
        jar(
            "jna-5.jar",
            "com/sun/jna/Native.class",
            "com/sun/jna/linux-x86-64/libjnidispatch.so",
            "com/sun/jna/linux-arm/libjnidispatch.so",
            "com/sun/jna/win32-x86-64/jnidispatch.dll",
            "com/sun/jna/darwin-aarch64/libjnidispatch.jnilib",
            "META-INF/services/x"));
    jars.set(
        SlimJars.WANTED.indexOf("openblas-"),
        jar(
            "openblas-0-linux-x86_64.jar",
            "org/bytedeco/openblas/linux-x86_64/libopenblas.so.0",
            "org/bytedeco/openblas/linux-x86_64/include/lapack.h",
            "org/bytedeco/openblas/global/openblas.class"));

    // When
    SlimJars.copy(jars, Files.createDirectory(folder.resolve("lib")));

    // Then
    assertThat(entries("jna-5.jar"))
        .containsExactlyInAnyOrder(
            "com/sun/jna/Native.class",
            "com/sun/jna/linux-x86-64/libjnidispatch.so",
            "META-INF/services/x");
    assertThat(entries("openblas-0-linux-x86_64.jar"))
        .containsExactlyInAnyOrder(
            "org/bytedeco/openblas/linux-x86_64/libopenblas.so.0",
            "org/bytedeco/openblas/global/openblas.class");
  }

  @Test
  void whatTheCheckDoesNotUseStaysBehind() throws IOException {
    List<Path> jars = wanted();
    jars.add(jar("kafka-clients-4.jar", "a"));

    SlimJars.copy(jars, Files.createDirectory(folder.resolve("lib")));

    assertThat(folder.resolve("lib/kafka-clients-4.jar")).doesNotExist();
    assertThat(folder.resolve("lib").toFile().list()).hasSize(SlimJars.WANTED.size());
  }

  @Test
  void aJarThatIsMissingIsOneLine() throws IOException {
    List<Path> jars = wanted();
    jars.remove(SlimJars.WANTED.indexOf("junit-"));

    assertThatThrownBy(() -> SlimJars.copy(jars, Files.createDirectory(folder.resolve("lib"))))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("no jar named junit-* is on the class path");
  }

  /** One jar for each name. */
  private List<Path> wanted() throws IOException {
    List<Path> jars = new ArrayList<>();
    for (String prefix : SlimJars.WANTED) {
      jars.add(jar(prefix + "1.jar", "a.class"));
    }
    return jars;
  }

  private Path jar(String name, String... entries) throws IOException {
    Path jar = folder.resolve(name);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(entry.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return jar;
  }

  private List<String> entries(String name) throws IOException {
    try (ZipFile zip = new ZipFile(folder.resolve("lib").resolve(name).toFile())) {
      return zip.stream().map(ZipEntry::getName).toList();
    }
  }
}
