package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.methods.json.Json;
import io.isotherm.scheduler.NotReadyException;
import io.isotherm.scheduler.RunStores;
import io.isotherm.scheduler.SchedulerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The other instances of the scheduler, asked over HTTP. */
@ApplicationScoped
public class InstanceClient {

  /** Whoever gets a request with it answers from its own state, so that no request goes round. */
  static final String FORWARDED_BY = "Isotherm-Forwarded-By";

  private final HttpClient http;
  private final Duration timeout;
  private final String self;

  InstanceClient(SchedulerConfig config, RunStores stores) {
    this.timeout = config.requestTimeout();
    this.self = stores.self();
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** What an instance answered. */
  record Answer(int status, String body) {}

  /**
   * GETs from another instance.
   *
   * @param instance as {@code host:port}
   * @param path with its query
   */
  Answer get(String instance, String path) {
    return send(instance, request(instance, path).timeout(timeout).GET());
  }

  /** POSTs JSON to another instance, which may wait for Kafka twice before it answers. */
  Answer post(String instance, String path, Record body) {
    return send(
        instance,
        request(instance, path)
            .timeout(timeout.multipliedBy(3))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json(body))));
  }

  private static String json(Record body) {
    try {
      return Json.MAPPER.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpRequest.Builder request(String instance, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + instance + path))
        .header(FORWARDED_BY, self);
  }

  private Answer send(String instance, HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      throw new NotReadyException(
          "the scheduler's instance %s does not answer; ask again in a moment (%s)"
              .formatted(instance, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotReadyException("the scheduler is stopping", e);
    }
  }
}
