package io.isotherm.methods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.methods.catalogue.Bounds;
import io.isotherm.methods.catalogue.Catalogue;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.catalogue.Field;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.json.CatalogueReader;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds of every estimator and policy in the catalogue, the next one included. */
class CatalogueTest {

  private static final List<Catalogue<?>> CATALOGUES =
      List.of(Estimators.CATALOGUE, Policies.CATALOGUE);

  @Test
  void namesAreInTheOrderInWhichHelpAndDocumentsListThem() {
    assertThat(Policies.CATALOGUE.names())
        .containsExactly(
            "constant", "linear", "sqrt", "log2", "step", "sigmoid", "hybrid", "llr", "alphadecay");
    assertThat(Estimators.CATALOGUE.names())
        .startsWith("tempbalance", "farms", "farms-llm", "model-balancing", "weightwatcher");
  }

  static Stream<Arguments> parameters() {
    return CATALOGUES.stream()
        .flatMap(
            catalogue ->
                catalogue.records().stream()
                    .flatMap(
                        entry ->
                            entry.fields().list().stream()
                                .map(field -> arguments(catalogue, entry.name(), field))));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void valueBeyondABoundIsRefusedWithItsField(Catalogue<?> catalogue, String name, Field field) {
    for (double beyond : beyond(field.bounds()).toArray()) {
      InvalidJsonException refusal = refusal(catalogue, name, field, number(field, beyond));

      assertThat(refusal.field()).isEqualTo(field.name());
      assertThat(refusal)
          .hasMessageStartingWith(
              "%s of %s '%s' must be ".formatted(field.name(), catalogue.kind(), name));
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void nothingInThePlaceOfARequiredParameterIsRefusedWithItsPath(
      Catalogue<?> catalogue, String name, Field field) {
    if (!field.isOptional() && field.whenMissing().isEmpty()) {
      InvalidJsonException refusal = refusal(catalogue, name, field, NullNode.getInstance());

      assertThat(refusal.field()).isEqualTo(field.name());
      assertThat(refusal.value()).isEqualTo("null");
      assertThat(refusal).hasMessage("%s.%s is missing".formatted(catalogue.kind(), field.name()));
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void flagsOfOneNameAreDescribedAlike(Catalogue<?> catalogue, String name, Field field) {
    field
        .flag()
        .ifPresent(
            flag ->
                assertThat(catalogue.records())
                    .extracting(entry -> entry.options().get(flag.value()))
                    .filteredOn(option -> option != null)
                    .allSatisfy(
                        option ->
                            assertThat(option.field().valueType()).isEqualTo(field.valueType())));
  }

  @Test
  void everyEntrySaysWhatItIsAndWhereItComesFrom() {
    for (Catalogue<?> catalogue : CATALOGUES) {
      assertThat(catalogue.entries())
          .allSatisfy(
              entry -> {
                assertThat(entry.summary()).isNotBlank();
                assertThat(entry.source()).isNotBlank();
              });
    }
  }

  private static InvalidJsonException refusal(
      Catalogue<?> catalogue, String name, Field field, JsonNode value) {
    Entry<?> entry =
        catalogue.records().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow();
    ObjectNode json = Json.MAPPER.valueToTree(entry.published());
    json.set(field.name(), value);
    return catchThrowableOfType(
        InvalidJsonException.class, () -> new CatalogueReader<>(catalogue).read(json));
  }

  private static DoubleStream beyond(Bounds bounds) {
    return DoubleStream.of(
            bounds.above(), bounds.atLeast() - 1, bounds.below(), bounds.atMost() + 1)
        .filter(Double::isFinite);
  }

  private static JsonNode number(Field field, double value) {
    return field.valueType() == double.class
        ? DoubleNode.valueOf(value)
        : IntNode.valueOf((int) value);
  }
}
