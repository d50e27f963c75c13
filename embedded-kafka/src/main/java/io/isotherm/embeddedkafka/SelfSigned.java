package io.isotherm.embeddedkafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Key stores of a broker on 127.0.0.1 and of a client that trust each other for two days, made with
 * the JDK's keytool. All are PKCS12 with the same password.
 *
 * @param broker the broker's certificate and its key
 * @param client the client's certificate and its key
 * @param trustingBroker the broker's certificate alone
 * @param trustingClient the client's certificate alone
 */
public record SelfSigned(Path broker, Path client, Path trustingBroker, Path trustingClient) {

  /** Of all the files. */
  public static final String PASSWORD = "of-two-days";

  /**
   * Makes the files.
   *
   * @throws EmbeddedKafkaException if keytool cannot
   */
  public static SelfSigned in(Path directory) {
    return new SelfSigned(
        keys(directory, "broker"),
        keys(directory, "client"),
        trust(directory, "broker"),
        trust(directory, "client"));
  }

  /** The broker's side, with users for the login. */
  public BrokerSecurity security(Map<String, String> users) {
    return new BrokerSecurity(broker, trustingClient, PASSWORD, users);
  }

  private static Path keys(Path directory, String name) {
    Path store = directory.resolve(name + ".p12");
    keytool(
        store,
        List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-validity", "2"),
        List.of("-keyalg", "EC", "-groupname", "secp256r1", "-ext", "SAN=ip:127.0.0.1"));
    return store;
  }

  private static Path trust(Path directory, String name) {
    String certificate = directory.resolve(name + ".pem").toString();
    keytool(
        directory.resolve(name + ".p12"),
        List.of("-exportcert", "-rfc", "-alias", name),
        List.of("-file", certificate));
    Path store = directory.resolve("trusting-" + name + ".p12");
    keytool(
        store, List.of("-importcert", "-noprompt", "-alias", name), List.of("-file", certificate));
    return store;
  }

  private static void keytool(Path store, List<String> what, List<String> how) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(what);
    command.addAll(how);
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new EmbeddedKafkaException("keytool %s failed: %s".formatted(what.get(0), said));
      }
    } catch (IOException e) {
      throw new EmbeddedKafkaException("cannot run keytool: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedKafkaException("interrupted while making certificates", e);
    }
  }
}
