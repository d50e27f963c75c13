package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Holds {@code docker-compose.yml} and {@code k8s/} against the modules that they deploy. */
class DeploymentFilesTest {

  private static final Path ROOT = Path.of("../..");
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String OURS = "isotherm/";
  private static final List<String> SERVICES =
      List.of("trainer-service", "spectral-service", "scheduler-service", "monitor-service");

  /** Settings that are no key of ours: Quarkus', the JVM's, OpenMP's. */
  private static final List<String> COMMON_VARIABLES =
      List.of("KAFKA_BOOTSTRAP_SERVERS", "QUARKUS_HTTP_HOST", "OMP_NUM_THREADS");

  static List<String> services() {
    return SERVICES;
  }

  static Stream<JsonNode> containers() {
    return manifests().stream()
        .map(manifest -> manifest.path("spec").path("template").path("spec"))
        .flatMap(pod -> elements(pod.path("containers")));
  }

  static Stream<JsonNode> pods() {
    return manifests().stream()
        .map(manifest -> manifest.path("spec").path("template").path("spec"))
        .filter(pod -> !pod.isMissingNode());
  }

  @Test
  void everyServiceIsDeployedInBothWays() {
    assertThat(names(compose().path("services")))
        .containsExactlyInAnyOrder(
            "kafka",
            "topics",
            "trainer-service",
            "spectral-service",
            "scheduler-service",
            "monitor-service");
    for (String kind : List.of("Deployment", "Service")) {
      assertThat(
              manifests().stream()
                  .filter(manifest -> manifest.path("kind").asText().equals(kind))
                  .map(manifest -> manifest.path("metadata").path("name").asText()))
          .as(kind)
          .containsExactlyInAnyOrderElementsOf(SERVICES);
    }
  }

  @Test
  void kustomizationListsEveryManifest() throws IOException {
    List<String> listed =
        texts(parse(ROOT.resolve("k8s/kustomization.yaml")).get(0).path("resources"));
    try (Stream<Path> files = Files.list(ROOT.resolve("k8s"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".yaml") && !name.equals("kustomization.yaml")))
          .containsExactlyInAnyOrderElementsOf(listed);
    }
  }

  @Test
  void imagesAreOfOurModulesOrPinnedAndNameNoRegistry() {
    List<String> images = new ArrayList<>();
    compose().path("services").forEach(service -> images.add(service.path("image").asText()));
    containers().forEach(container -> images.add(container.path("image").asText()));

    assertThat(images).hasSizeGreaterThanOrEqualTo(11);
    for (String image : images) {
      assertThat(image).matches("[a-z]+/[a-z-]+:[0-9]+\\.[0-9]+\\.[0-9]+");
      if (image.startsWith(OURS)) {
        String module = image.substring(OURS.length(), image.indexOf(':'));
        assertThat(ROOT.resolve(module).resolve("pom.xml")).exists();
        assertThat(ROOT.resolve(module).resolve("src/main/docker/Dockerfile.jvm")).exists();
        assertThat(image).endsWith(":" + version());
      } else {
        assertThat(image).startsWith("apache/kafka:");
      }
    }
  }

  /** It takes no arguments, and is told where the cluster is by the environment alone. */
  @Test
  void topicsAreCreatedByTheSmallestImageInBothWays() {
    JsonNode composed = compose().path("services").path("topics");
    assertThat(composed.path("image").asText()).isEqualTo("isotherm/kafka:" + version());
    assertThat(composed.has("command")).isFalse();
    assertThat(names(composed.path("environment"))).containsExactly("KAFKA_BOOTSTRAP_SERVERS");
    JsonNode job = manifest("Job", "topics").findValue("containers").path(0);
    assertThat(job.path("image")).isEqualTo(composed.path("image"));
    assertThat(job.has("args")).isFalse();
    assertThat(job.path("env").findValuesAsText("name")).contains("KAFKA_BOOTSTRAP_SERVERS");
  }

  @ParameterizedTest
  @MethodSource("services")
  void portIsTheServicesOwn(String service) throws IOException {
    int port = port(service);

    assertThat(Files.readString(dockerfile(service))).contains("EXPOSE " + port + "\n");
    JsonNode composed = compose().path("services").path(service);
    assertThat(composed.path("healthcheck").path("test").toString())
        .contains("/127.0.0.1/" + port + " ")
        .contains("/q/health/ready");
    for (String published : texts(composed.path("ports"))) {
      assertThat(published).isEqualTo("127.0.0.1:%d:%d".formatted(port, port));
    }
    assertThat(manifest("Deployment", service).findValue("containerPort").asInt()).isEqualTo(port);
    assertThat(manifest("Service", service).path("spec").path("ports").path(0).path("port").asInt())
        .isEqualTo(port);
  }

  @Test
  void nothingIsPublishedBeyondThisMachine() {
    for (JsonNode service : compose().path("services")) {
      assertThat(texts(service.path("ports"))).allMatch(port -> port.startsWith("127.0.0.1:"));
    }
    for (JsonNode manifest : manifests()) {
      assertThat(manifest.path("spec").path("type").asText("ClusterIP")).isEqualTo("ClusterIP");
    }
  }

  @ParameterizedTest
  @MethodSource("services")
  void environmentHasOnlySettingsThatTheServiceKnows(String service) throws IOException {
    Map<String, String> composed = new TreeMap<>();
    for (Map.Entry<String, JsonNode> variable : environment(service).entrySet()) {
      composed.put(variable.getKey(), variable.getValue().asText());
    }
    JsonNode container =
        manifest("Deployment", service)
            .path("spec")
            .path("template")
            .path("spec")
            .path("containers")
            .path(0);
    List<String> deployed =
        elements(container.path("env"))
            .filter(variable -> !variable.path("valueFrom").has("fieldRef"))
            .map(variable -> variable.path("name").asText())
            .toList();

    assertThat(composed).containsEntry("QUARKUS_HTTP_HOST", "0.0.0.0");
    assertThat(composed.keySet()).containsAll(COMMON_VARIABLES);
    assertThat(deployed).containsExactlyInAnyOrderElementsOf(composed.keySet());
    for (String variable : deployed) {
      if (!COMMON_VARIABLES.contains(variable)) {
        assertThat(settings(service)).contains(variable);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pods")
  void podHasNoRightsThatItDoesNotNeed(JsonNode pod) {
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.path("securityContext").path("runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.path("securityContext").path("seccompProfile").path("type").asText())
        .isEqualTo("RuntimeDefault");
    assertThat(pod.path("hostNetwork").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("containers")
  void containerIsReadOnlyAndBounded(JsonNode container) {
    JsonNode security = container.path("securityContext");
    assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(texts(security.path("capabilities").path("drop"))).containsExactly("ALL");
    assertThat(container.path("resources").path("requests").has("cpu")).isTrue();
    assertThat(container.path("resources").path("limits").has("memory")).isTrue();
    assertThat(container.path("volumeMounts").findValuesAsText("mountPath")).contains("/tmp");
  }

  @ParameterizedTest
  @MethodSource("services")
  void kubernetesAsksTheServiceForItsHealth(String service) {
    JsonNode deployment = manifest("Deployment", service);

    assertThat(path(deployment, "startupProbe")).isEqualTo("/q/health/started");
    assertThat(path(deployment, "livenessProbe")).isEqualTo("/q/health/live");
    assertThat(path(deployment, "readinessProbe")).isEqualTo("/q/health/ready");
  }

  @Test
  void networkIsClosedUnlessAPolicyOpensIt() {
    JsonNode closed = manifest("NetworkPolicy", "default-deny").path("spec");

    assertThat(closed.path("podSelector").isEmpty()).isTrue();
    assertThat(texts(closed.path("policyTypes"))).containsExactly("Ingress", "Egress");
    assertThat(closed.has("ingress")).isFalse();
    assertThat(closed.has("egress")).isFalse();
    for (JsonNode manifest : manifests()) {
      if (manifest.path("kind").asText().equals("NetworkPolicy")) {
        for (JsonNode rule : manifest.path("spec").path("ingress")) {
          assertThat(rule.path("from").isEmpty()).as(manifest.toString()).isFalse();
        }
      }
    }
  }

  @Test
  void schedulersReachOneAnother() throws IOException {
    String port = ":" + port("scheduler-service");
    JsonNode pod =
        manifest("Deployment", "scheduler-service").path("spec").path("template").path("spec");
    Map<String, JsonNode> variables = new TreeMap<>();
    pod.path("containers")
        .path(0)
        .path("env")
        .forEach(variable -> variables.put(variable.path("name").asText(), variable));

    assertThat(variables.get("POD_IP").findValue("fieldPath").asText()).isEqualTo("status.podIP");
    assertThat(variables.get("ISOTHERM_SCHEDULER_ADVERTISED_ADDRESS").path("value").asText())
        .isEqualTo("$(POD_IP)" + port);
    assertThat(environment("scheduler-service").get("ISOTHERM_SCHEDULER_ADVERTISED_ADDRESS"))
        .hasToString("\"scheduler-service" + port + "\"");
    JsonNode peers = manifest("NetworkPolicy", "scheduler-peers").path("spec");
    JsonNode schedulers = peers.path("podSelector");
    assertThat(peers.path("ingress").path(0).path("from").path(0).path("podSelector"))
        .isEqualTo(schedulers);
    assertThat(peers.path("egress").path(0).path("to").path(0).path("podSelector"))
        .isEqualTo(schedulers);
  }

  @Test
  void disruptionLeavesWorkersForTheSpectra() {
    JsonNode budget = manifest("PodDisruptionBudget", "spectral-service").path("spec");

    assertThat(budget.path("maxUnavailable").asInt()).isEqualTo(1);
    assertThat(budget.path("selector"))
        .isEqualTo(manifest("Deployment", "spectral-service").path("spec").path("selector"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trainer-service",
        "spectral-service",
        "scheduler-service",
        "monitor-service",
        "kafka",
        "cli"
      })
  void imageRunsAsNobodyInParticular(String module) throws IOException {
    List<String> lines = Files.readAllLines(dockerfile(module));

    assertThat(lines).contains("USER 10001:10001");
    assertThat(lines.stream().filter(line -> line.startsWith("FROM ")))
        .containsExactly("FROM eclipse-temurin:17-jre");
    assertThat(lines.stream().filter(line -> line.startsWith("COPY ")))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("COPY target/"));
  }

  private static JsonNode compose() {
    return parse(ROOT.resolve("docker-compose.yml")).get(0);
  }

  /** The variables of a composed service, with those that it takes over by a YAML merge key. */
  private static Map<String, JsonNode> environment(String service) {
    Map<String, JsonNode> variables = new TreeMap<>();
    for (Map.Entry<String, JsonNode> variable :
        compose().path("services").path(service).path("environment").properties()) {
      variables.put(variable.getKey(), variable.getValue());
    }
    return variables;
  }

  /** The environment variables that set a key of the service's configuration interface. */
  private static List<String> settings(String service) throws IOException {
    String name = service.substring(0, service.indexOf('-'));
    List<Path> sources;
    try (Stream<Path> files = Files.walk(ROOT.resolve(service).resolve("src/main/java"))) {
      sources = files.filter(file -> file.toString().endsWith("Config.java")).toList();
    }
    List<String> variables = new ArrayList<>();
    for (Path source : sources) {
      for (String line : Files.readAllLines(source)) {
        if (line.strip().matches("\\w+ \\w+\\(\\);")) {
          String method = line.strip().split("[ (]")[1];
          variables.add(
              "ISOTHERM_"
                  + (name + method.replaceAll("([A-Z])", "_$1").replaceFirst("^", "_"))
                      .toUpperCase(Locale.ROOT));
        }
      }
    }
    return variables;
  }

  private static int port(String service) throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        Files.newInputStream(
            ROOT.resolve(service).resolve("src/main/resources/application.properties"))) {
      properties.load(in);
    }
    return Integer.parseInt(properties.getProperty("quarkus.http.port"));
  }

  private static String version() {
    try {
      String pom = Files.readString(ROOT.resolve("pom.xml"));
      int from = pom.indexOf("<version>") + "<version>".length();
      return pom.substring(from, pom.indexOf("</version>")).replace("-SNAPSHOT", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path dockerfile(String module) {
    return ROOT.resolve(module).resolve("src/main/docker/Dockerfile.jvm");
  }

  private static String path(JsonNode deployment, String probe) {
    return deployment.findValue(probe).path("httpGet").path("path").asText();
  }

  private static JsonNode manifest(String kind, String name) {
    return manifests().stream()
        .filter(manifest -> manifest.path("kind").asText().equals(kind))
        .filter(manifest -> manifest.path("metadata").path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  private static List<JsonNode> manifests() {
    try (Stream<Path> files = Files.list(ROOT.resolve("k8s"))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.endsWith("kustomization.yaml"))
          .flatMap(file -> parse(file).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonNode> parse(Path file) {
    List<JsonNode> documents = new ArrayList<>();
    // Jackson's own YAML reader does not follow the aliases and merge keys of a compose file.
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    try (Reader reader = Files.newBufferedReader(file)) {
      for (Object document : yaml.loadAll(reader)) {
        documents.add(MAPPER.valueToTree(document));
      }
      return documents;
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    List<JsonNode> elements = new ArrayList<>();
    array.forEach(elements::add);
    return elements.stream();
  }

  private static List<String> texts(JsonNode array) {
    return elements(array).map(JsonNode::asText).toList();
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
