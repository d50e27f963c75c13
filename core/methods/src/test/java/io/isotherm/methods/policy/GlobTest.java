package io.isotherm.methods.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "h.0.mlp.weight,     h.0.mlp.weight,   true",
    "h.0.mlp.weight,     h10.mlp.weight,   false",
    "*,                  '',               true",
    "*.mlp.*,            h.0.mlp.c_fc,     true",
    "*.mlp.*,            mlp.c_fc,         false",
    "h.?.mlp,            h.1.mlp,          true",
    "h.?.mlp,            h.10.mlp,         false",
    "h.[01].mlp,         h.0.mlp,          false",
    "h.[01].mlp,         h.[01].mlp,       true",
    "h,                  h.0,              false",
    "a\\Eb*,             a\\Ebc,           true",
    "*a*b,               xaxbxaab,         true",
    "*a*b,               xaxbxaa,          false",
    "**,                 '',               true",
    "'',                 a,                false",
  })
  void aPatternFitsWholeNames(String pattern, String name, boolean fits) {
    assertThat(Glob.of(pattern).matches(name)).isEqualTo(fits);
  }
}
