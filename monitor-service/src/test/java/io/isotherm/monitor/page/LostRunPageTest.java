package io.isotherm.monitor.page;

import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.progress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.monitor.TestProducer;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;

@QuarkusTest
@QuarkusTestResource(TestKafka.class)
@TestProfile(LostRunPageTest.ShortLease.class)
class LostRunPageTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path profile;
  @TestHTTPResource URI address;

  @Test
  void runThatFallsSilentIsShownAsLostUntilItSpeaks() throws Exception {
    ChromeDriver browser = Chromium.start(profile);
    try (TestProducer producer = new TestProducer()) {
      producer.send(Messages.RUNS, description("falls-silent", 1));
      producer.send(Messages.PROGRESS, progress("falls-silent", 1, 100));
      browser.get(address.resolve("/#falls-silent").toString());

      eventually(browser, "#phase", "lost");
      assertThat(text(browser, "#notice"))
          .contains("This run is lost", "as soon as its trainer speaks");
      eventually(browser, "nav a[aria-current] .state", "lost");

      producer.send(Messages.PROGRESS, progress("falls-silent", 1, 101));
      eventually(browser, "#phase", "running");
      assertThat(text(browser, "#progress-text")).contains("step 101 of 1,000");
    } finally {
      browser.quit();
    }
  }

  private static void eventually(ChromeDriver browser, String selector, String text) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(text(browser, selector)).isEqualTo(text));
  }

  private static String text(ChromeDriver browser, String selector) {
    return browser.findElement(By.cssSelector(selector)).getText();
  }

  /** Long enough for a slow machine to see the run alive again before it is lost anew. */
  public static final class ShortLease implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("isotherm.lease", "20s");
    }
  }
}
