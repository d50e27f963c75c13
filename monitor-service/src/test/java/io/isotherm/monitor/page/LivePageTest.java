package io.isotherm.monitor.page;

import static io.isotherm.monitor.Samples.BLOCK;
import static io.isotherm.monitor.Samples.HEAD;
import static io.isotherm.monitor.Samples.STEM;
import static io.isotherm.monitor.Samples.againstChance;
import static io.isotherm.monitor.Samples.analysed;
import static io.isotherm.monitor.Samples.decision;
import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.heldDecision;
import static io.isotherm.monitor.Samples.manyKinds;
import static io.isotherm.monitor.Samples.measuring;
import static io.isotherm.monitor.Samples.outcome;
import static io.isotherm.monitor.Samples.progress;
import static io.isotherm.monitor.Samples.shadowDecision;
import static io.isotherm.monitor.Samples.shadowed;
import static io.isotherm.monitor.Samples.wide;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.monitor.TestProducer;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogType;

@QuarkusTest
@QuarkusTestResource(TestKafka.class)
class LivePageTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HOSTILE = "<img src=x onerror=\"document.title='broken into'\">";

  @TempDir Path profile;
  @TestHTTPResource URI address;

  private ChromeDriver browser;
  private TestProducer producer;

  @BeforeEach
  void open() {
    browser = Chromium.start(profile);
    producer = new TestProducer();
  }

  @AfterEach
  void close() {
    if (producer != null) {
      producer.close();
    }
    if (browser != null) {
      browser.quit();
    }
  }

  @Test
  void pageShowsTheRunAndFollowsItLive() throws Exception {
    producer.send(Messages.RUNS, description("on-the-page", 1));
    for (int step = 100; step <= 300; step += 100) {
      producer.send(Messages.SPECTRA, analysed("on-the-page", 1, step, STEM, 8.9));
      producer.send(Messages.SPECTRA, analysed("on-the-page", 1, step, BLOCK, 2.0 + step / 1000.0));
      producer.send(
          Messages.SPECTRA,
          outcome("on-the-page", 1, step, HEAD, new Outcome.Skipped("10 eigenvalues")));
      producer.send(Messages.LEARNING_RATES, decision("on-the-page", 1, step / 100, step));
      producer.send(
          Messages.PROGRESS,
          progress("on-the-page", 1, step + 20, OptionalDouble.of(0.75), List.of()));
    }

    browser.get(address.resolve("/#on-the-page").toString());

    eventually(() -> assertThat(text("#run-name")).isEqualTo("on-the-page"));
    eventually(() -> assertThat(text("#progress-text")).contains("step 320 of 1,000"));
    assertThat(text("#connection")).isEqualTo("Live");
    assertThat(text("#runs")).contains("on-the-page");
    assertThat(browser.findElements(By.cssSelector("tr.layer"))).hasSize(3);
    assertThat(row(BLOCK).getText()).contains("32×16×3×3", "2.300", "1.250", "tuned", "analysed");
    assertThat(row(HEAD).getText()).contains("skipped", "10 eigenvalues", "no alpha");
    eventually(
        () -> assertThat(browser.findElements(By.cssSelector(".charts .chart canvas"))).hasSize(4));

    producer.send(Messages.PROGRESS, progress("on-the-page", 1, 777));
    producer.send(Messages.SPECTRA, analysed("on-the-page", 1, 700, BLOCK, 4.567));

    eventually(() -> assertThat(text("#progress-text")).contains("step 777 of 1,000"));
    eventually(() -> assertThat(row(BLOCK).getText()).contains("4.567"));
    assertThatConsoleIsClean();
  }

  @Test
  void shadowsWeightDecayAndAHoldAppearWhenThereAreAny() throws Exception {
    producer.send(Messages.RUNS, shadowed("controlled", 1, "careful", "steep"));
    producer.send(Messages.SPECTRA, analysed("controlled", 1, 100, BLOCK, 2.6));
    producer.send(Messages.LEARNING_RATES, decision("controlled", 1, 1, 100));
    browser.get(address.resolve("/#controlled").toString());
    eventually(() -> assertThat(row(BLOCK).getText()).contains("1.250", "tuned"));
    assertThat(headings()).hasSize(10).endsWith("Role", "Status");
    assertThat(text("#control")).isEmpty();
    row(BLOCK).findElement(By.tagName("button")).sendKeys(Keys.ENTER);

    producer.send(Messages.SHADOW_DECISIONS, shadowDecision("controlled", 1, 1, "careful", 0.875));
    producer.send(Messages.SHADOW_DECISIONS, shadowDecision("controlled", 1, 1, "steep", 1.625));
    producer.send(
        Messages.LEARNING_RATES,
        heldDecision("controlled", 1, 2, 0.5, new Signature("<b>ann", 1_700_000_000_000L)));

    eventually(
        () ->
            assertThat(headings())
                .containsExactly(
                    "Layer",
                    "Kind",
                    "Shape",
                    "Alpha",
                    "KS",
                    "Stable rank",
                    "Factor",
                    "Learning rate",
                    "Decay factor",
                    "Shadow careful",
                    "Shadow steep",
                    "Role",
                    "Status"));
    assertThat(row(BLOCK).getText())
        .contains("0.500", "0.05 1.500 0.875 · decay 2.625 1.625 · decay 4.875 held analysed");
    assertThat(text("#control"))
        .contains("On hold by <b>ann, ", "Policy hybrid by <b>ann", "the run’s own linear");
    // What was open stays open, over all columns.
    assertThat(row(BLOCK).findElement(By.tagName("button")).getDomAttribute("aria-expanded"))
        .isEqualTo("true");
    assertThat(browser.findElement(By.cssSelector("tr.detail > td")).getDomAttribute("colspan"))
        .isEqualTo("13");
    assertThatConsoleIsClean();
  }

  @Test
  void holdIsToldOfNoMoreOnceTheRunHasEnded() throws Exception {
    producer.send(Messages.RUNS, description("held-to-its-end", 1));
    producer.send(
        Messages.LEARNING_RATES,
        heldDecision("held-to-its-end", 1, 1, 0.5, new Signature("ann", 1_700_000_000_000L)));
    browser.get(address.resolve("/#held-to-its-end").toString());
    eventually(() -> assertThat(text("#control")).contains("On hold by ann"));

    producer.send(Messages.RUNS, description("held-to-its-end", 1).in(new RunPhase.Finished(1000)));

    eventually(() -> assertThat(text("#phase")).isEqualTo("finished"));
    assertThat(text("#control"))
        .doesNotContain("On hold")
        .contains("Policy hybrid by ann", "the run’s own linear");
    assertThatConsoleIsClean();
  }

  private List<String> headings() {
    return browser.findElements(By.cssSelector("#columns th")).stream()
        .map(WebElement::getText)
        .toList();
  }

  @Test
  void whatTheServicesRefuseAndWhatTheTrainerMeasuresIsShown() throws Exception {
    producer.send(Messages.RUNS, manyKinds("refused", 1));
    producer.send(Messages.PROGRESS, measuring("refused", 10, 900));
    browser.get(address.resolve("/#refused").toString());
    eventually(() -> assertThat(text("#facts")).contains("Tokens per second\n900"));
    assertThat(text("#run-title")).as("a title that the description leaves out").isEmpty();
    assertThat(text("#runs")).contains("refused").doesNotContain("No description");
    assertThat(text("#footnote")).contains("the trainer’s own schedule");
    assertThat(row("experts").getText()).contains("stack", "8×64×32", "no outcome yet");
    assertThat(row("strange").getText()).contains("other", "not measured: layer 'strange'");
    assertThat(browser.findElement(By.id("refusals")).isDisplayed()).isFalse();

    for (int i = 1; i <= 7; i++) {
      producer.send(
          Messages.REFUSALS,
          Refusal.ofLayer("refused", "experts", Refusal.Service.SPECTRAL, "<b>shape " + i)
              .atStep(i));
    }
    producer.send(Messages.PROGRESS, measuring("refused", 20, 950));

    eventually(
        () -> assertThat(text("#refusals-title")).contains("7 things").contains("the newest 5"));
    assertThat(browser.findElements(By.cssSelector("#refusals-list li"))).hasSize(5);
    assertThat(text("#refusals-list li"))
        .contains("spectral service, layer experts, step 7", "<b>shape 7");
    eventually(() -> assertThat(text("#facts")).contains("Tokens per second\n950"));
    assertThatConsoleIsClean();
  }

  @Test
  void pageOfARunWithThousandsOfLayersShowsSomeAndFindsTheOthers() throws Exception {
    producer.send(Messages.RUNS, wide("wide", 3000));
    browser.get(address.resolve("/#wide").toString());
    eventually(() -> assertThat(text("#rows-left-out")).isEqualTo("300 of 3,000 layers are shown"));
    assertThat(browser.findElements(By.cssSelector("tr.layer"))).hasSize(300);
    eventually(() -> assertThat(text("#lines-left-out")).contains("200 of 3,000 layers are drawn"));

    browser.findElement(By.id("find")).sendKeys("layer2999");

    eventually(() -> assertThat(browser.findElements(By.cssSelector("tr.layer"))).hasSize(1));
    producer.send(Messages.SPECTRA, analysed("wide", 1, 100, "layer2999", 2.6));
    eventually(() -> assertThat(row("layer2999").getText()).contains("2.600"));
    row("layer2999").findElement(By.tagName("button")).sendKeys(Keys.ENTER);
    eventually(
        () -> assertThat(text("tr.detail")).contains("50 bins, added up from the 100 measured"));
    assertThatConsoleIsClean();
  }

  @Test
  void readerSeesWhatChanceExplainsOfEachLayer() throws Exception {
    producer.send(Messages.RUNS, description("by-chance", 1));
    producer.send(Messages.SPECTRA, analysed("by-chance", 1, 100, HEAD, 2.6));
    browser.get(address.resolve("/#by-chance").toString());
    eventually(() -> assertThat(row(HEAD).getText()).contains("2.600"));
    assertThat(headings()).as("of services that tell nothing of chance").hasSize(10);
    assertThat(text("#facts")).doesNotContain("Unlike random");

    producer.send(Messages.SPECTRA, againstChance("by-chance", 200, STEM, 2.2));
    producer.send(Messages.SPECTRA, againstChance("by-chance", 200, BLOCK, 1.6));

    eventually(
        () -> assertThat(headings()).hasSize(11).containsSequence("Alpha", "Against chance"));
    eventually(() -> assertThat(row(STEM).getText()).contains("2.200 like random 0.083"));
    eventually(() -> assertThat(row(BLOCK).getText()).contains("1.600 heavier, −5.0 σ 0.083"));
    assertThat(row(BLOCK).findElement(By.cssSelector("td.chance")).getDomAttribute("title"))
        .isEqualTo(
            "heavier than random: alpha is 1.600, random matrices of this shape have 2.100 ± 0.100;"
                + " that is −0.500, or −5.0 standard deviations");
    assertThat(text("#facts")).contains("Unlike random\n1 of 2\nlayers, 1 heavier");

    row(BLOCK).findElement(By.tagName("button")).sendKeys(Keys.ENTER);
    eventually(
        () ->
            assertThat(text("tr.detail"))
                .contains(
                    "random matrix of this shape and norm",
                    "2.100 ± 0.100",
                    "heavier than random"));
    assertThatConsoleIsClean();
  }

  @Test
  void eigenvaluesOfARandomMatrixAreThoseOfMarchenkoAndPastur() {
    browser.get(address.resolve("/").toString());

    Object shares =
        browser.executeAsyncScript(
            "const [done] = arguments;"
                + " import('/monitor/chance.js').then(({ shareBelow }) => done("
                + "[[4, 1, 1], [2, 1, 1], [12, 1, 6], [0.25, 0.25, 1], [1.25, 0.25, 1], [9, 0.25, 4]]"
                + ".map(([lambda, aspect, mean]) => shareBelow(lambda, aspect, mean).toFixed(4))));");

    // In the middle of the support, a square matrix has 1/2 + 1/pi below.
    assertThat(shares)
        .isEqualTo(List.of("1.0000", "0.8183", "0.8183", "0.0000", "0.6939", "1.0000"));
  }

  @Test
  void spectrumOfALayerOpensFromTheKeyboard() throws Exception {
    producer.send(Messages.RUNS, description("by-keyboard", 1));
    producer.send(Messages.SPECTRA, analysed("by-keyboard", 1, 100, BLOCK, 2.6));
    browser.get(address.resolve("/#by-keyboard").toString());
    eventually(() -> assertThat(row(BLOCK).getText()).contains("2.600"));

    WebElement button = row(BLOCK).findElement(By.tagName("button"));
    button.sendKeys(Keys.ENTER);

    eventually(
        () -> assertThat(browser.findElements(By.cssSelector("tr.detail canvas"))).hasSize(1));
    assertThat(button.getDomAttribute("aria-expanded")).isEqualTo("true");
    assertThat(text("tr.detail")).contains("144, 72 in the tail", "lapack, fp64");
    assertThat(text("tr.detail")).doesNotContain("added up");
    assertThatConsoleIsClean();
  }

  @Test
  void textFromMessagesStaysText() throws Exception {
    RunDescription plain = description("hostile-title", 1);
    producer.send(
        Messages.RUNS,
        new RunDescription(
            plain.run(),
            plain.incarnation(),
            HOSTILE,
            plain.layers(),
            plain.schedule(),
            plain.policy(),
            plain.estimator(),
            plain.totalSteps(),
            plain.phase()));
    producer.send(
        Messages.SPECTRA, outcome("hostile-title", 1, 1, BLOCK, new Outcome.Failed(HOSTILE)));

    browser.get(address.resolve("/#hostile-title").toString());

    eventually(() -> assertThat(text("#run-title")).isEqualTo(HOSTILE));
    eventually(() -> assertThat(row(BLOCK).getText()).contains(HOSTILE));
    assertThat(browser.findElements(By.cssSelector("main img"))).isEmpty();
    assertThat(browser.getTitle()).contains("hostile-title");
    assertThatConsoleIsClean();
  }

  @Test
  void runThatIsNotThereIsSaidSo() {
    browser.get(address.resolve("/#%3Cb%3Enobody").toString());

    eventually(() -> assertThat(text("#empty")).contains("No such run", "<b>nobody"));
    assertThatConsoleIsClean();
  }

  private void eventually(ThrowingRunnable assertion) {
    await().atMost(PATIENCE).ignoreExceptions().untilAsserted(assertion);
  }

  private String text(String selector) {
    return browser.findElement(By.cssSelector(selector)).getText();
  }

  private WebElement row(String layer) {
    return browser.findElements(By.cssSelector("tr.layer")).stream()
        .filter(row -> row.findElement(By.tagName("button")).getText().equals(layer))
        .findFirst()
        .orElseThrow();
  }

  private void assertThatConsoleIsClean() {
    assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
        .as("messages on the browser's console")
        .isEmpty();
  }
}
