package io.isotherm.methods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EstimatorReaderTest {

  @ParameterizedTest
  @EnumSource
  void nameAloneIsTheEstimatorAsItIsPublished(EstimatorName name) throws Exception {
    assertThat(read("'%s'".formatted(name))).isEqualTo(name.spec());
    assertThat(read("{'name': '%s'}".formatted(name))).isEqualTo(name.spec());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenInFullIsReadBack(EstimatorName name) throws Exception {
    assertThat(EstimatorReader.read(Json.MAPPER.valueToTree(name.spec()))).isEqualTo(name.spec());
  }

  @Test
  void whatIsWrittenTakesThePlaceOfWhatIsPublished() throws Exception {
    EstimatorSpec.Farms farms = (EstimatorSpec.Farms) read("{'name': 'farms', 'rows': 64}");

    assertThat(farms.rows()).isEqualTo(64);
    assertThat(farms.step()).isEqualTo(EstimatorSpec.Farms.defaults().step());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'''magic''' | '' | \"magic\" | must be one of tempbalance, farms, farms-llm",
        "{'name': 'magic'} | name | \"magic\" | must be one of tempbalance, farms, farms-llm",
        "{} | name | none | must be one of tempbalance",
        "7 | '' | 7 | estimator must be a name or an object",
        "{'name': 'farms', 'rows': 0} | rows | 0 | rows of estimator 'farms'",
        "{'name': 'farms', 'rows': 'x'} | rows | \"x\" | at $.rows",
        "{'name': 'tempbalance', 'rows': 9} | rows | 9 | rows is not a field here",
        "{'name': 'farms', 'version': 9} | version | 9 | version of estimator 'farms' must be 1"
      })
  void estimatorThatIsNoneIsRefusedWithItsFieldAndValue(
      String json, String field, String value, String reason) throws JsonProcessingException {
    // When
    InvalidEstimatorException refusal =
        catchThrowableOfType(InvalidEstimatorException.class, () -> read(json));

    // Then
    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.value()).isEqualTo(value);
    assertThat(refusal).hasMessageContaining(reason).hasMessageMatching("[^\\n]*");
  }

  private static EstimatorSpec read(String json)
      throws InvalidEstimatorException, JsonProcessingException {
    return EstimatorReader.read(Json.MAPPER.readTree(json.replace('\'', '"')));
  }
}
