package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MailboxTest {

  private final Mailbox<String> newestWins = new Mailbox<>((older, newer) -> newer);
  private final Mailbox<String> both = new Mailbox<>((older, newer) -> older + newer);

  @Test
  void theNewestTakesThePlaceOfTheOlder() {
    newestWins.put("a");
    newestWins.put("b");

    assertThat(newestWins.take()).contains("b");
    newestWins.delivered();
    assertThat(newestWins.isEmpty()).isTrue();
  }

  @Test
  void oneAtATimeIsOnItsWay() {
    newestWins.put("a");
    newestWins.take();
    newestWins.put("b");

    assertThat(newestWins.take()).isEmpty();
    newestWins.delivered();
    assertThat(newestWins.take()).contains("b");
  }

  @Test
  void aMessageThatFailedIsSentAgain() {
    newestWins.put("a");
    newestWins.take();

    newestWins.failed();

    assertThat(newestWins.isEmpty()).isFalse();
    assertThat(newestWins.take()).contains("a");
  }

  @Test
  void aMessageThatFailedDoesNotReplaceANewerOne() {
    newestWins.put("a");
    newestWins.take();
    newestWins.put("b");

    newestWins.failed();

    assertThat(newestWins.take()).contains("b");
  }

  @Test
  void whatMustNotBeLostIsMergedInOrder() {
    both.put("a");
    both.take();
    both.put("b");
    both.put("c");

    both.failed();

    assertThat(both.take()).contains("abc");
  }
}
