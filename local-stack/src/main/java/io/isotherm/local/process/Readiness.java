package io.isotherm.local.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a health endpoint. */
public final class Readiness {

  private static final int MAX_DETAIL = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  /** Whether a GET is answered with 200 within two seconds. */
  public boolean isReady(URI endpoint) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(endpoint).timeout(PATIENCE).build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** What the endpoint says in one line of at most {@value #MAX_DETAIL} characters. */
  String detail(URI endpoint) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(endpoint).timeout(PATIENCE).build();
    String text;
    try {
      text =
          client
              .send(request, HttpResponse.BodyHandlers.ofString())
              .body()
              .strip()
              .replaceAll("\\s+", " ");
    } catch (IOException e) {
      text = "no answer (" + e.getMessage() + ")";
    }
    return text.length() > MAX_DETAIL ? text.substring(0, MAX_DETAIL) + "..." : text;
  }
}
