package io.isotherm.scheduler.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.PolicySpec;
import org.junit.jupiter.api.Test;

class PolicyRequestTest {

  @Test
  void whatIsLeftOutIsAsPublished() throws InvalidJsonException {
    PolicyRequest request = read("{\"policy\": {\"name\": \"linear\", \"minFactor\": 0.8}}");

    assertThat(request.by()).isEmpty();
    assertThat(((PolicySpec.Linear) request.policy()).minFactor()).isEqualTo(0.8);
    assertThat(((PolicySpec.Linear) request.policy()).maxFactor()).isEqualTo(1.5);
  }

  @Test
  void badPartOfAPolicyIsNamedWithItsPlace() {
    assertThatThrownBy(() -> read("{\"policy\": {\"name\": \"sigmoid\", \"steepness\": 0}}"))
        .isInstanceOfSatisfying(
            InvalidJsonException.class, e -> assertThat(e.field()).isEqualTo("policy.steepness"));
  }

  private static PolicyRequest read(String json) throws InvalidJsonException {
    return Json.readExactly(Json.tree(json), PolicyRequest.class, "");
  }
}
