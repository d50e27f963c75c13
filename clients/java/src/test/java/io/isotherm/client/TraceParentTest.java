package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TraceParentTest {

  @Test
  void hasTheFormOfW3cTraceContext() {
    assertThat(TraceParent.next())
        .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
        .doesNotContain("0".repeat(16) + "-01")
        .isNotEqualTo(TraceParent.next());
  }
}
