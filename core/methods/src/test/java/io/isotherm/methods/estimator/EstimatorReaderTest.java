package io.isotherm.methods.estimator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EstimatorReaderTest {

  static List<Entry<EstimatorSpec>> entries() {
    return Estimators.CATALOGUE.entries();
  }

  @ParameterizedTest
  @MethodSource("entries")
  void nameAloneIsTheEstimatorAsItIsPublished(Entry<EstimatorSpec> entry) throws Exception {
    assertThat(read("'%s'".formatted(entry.name()))).isEqualTo(entry.published());
    assertThat(read("{'name': '%s'}".formatted(entry.name()))).isEqualTo(entry.published());
  }

  @ParameterizedTest
  @MethodSource("entries")
  void whatIsWrittenInFullIsReadBack(Entry<EstimatorSpec> entry) throws Exception {
    assertThat(EstimatorReader.read(Json.MAPPER.valueToTree(entry.published())))
        .isEqualTo(entry.published());
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
        "{'name': 'farms', 'rows': 'x'} | rows | \"x\""
            + " | estimator.rows must be a whole number, got: \"x\"",
        "{'name': 'tempbalance', 'rows': 9} | rows | 9 | rows is not a field here",
        "{'name': 'farms', 'version': 9} | version | 9 | version of estimator 'farms' must be 1"
      })
  void estimatorThatIsNoneIsRefusedWithItsFieldAndValue(
      String json, String field, String value, String reason) throws JsonProcessingException {
    // When
    InvalidJsonException refusal =
        catchThrowableOfType(InvalidJsonException.class, () -> read(json));

    // Then
    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.value()).isEqualTo(value);
    assertThat(refusal).hasMessageContaining(reason).hasMessageMatching("[^\\n]*");
  }

  private static EstimatorSpec read(String json)
      throws InvalidJsonException, JsonProcessingException {
    return EstimatorReader.read(Json.MAPPER.readTree(json.replace('\'', '"')));
  }
}
