package io.isotherm.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "isotherm %s, Java %s"
          .formatted(version == null ? "(unpackaged)" : version, System.getProperty("java.version"))
    };
  }
}
