package io.isotherm.methods.catalogue;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DatabindContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.jsontype.impl.TypeIdResolverBase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells Jackson the records of a sealed family by the names that their descriptors give them. */
public final class VariantName extends TypeIdResolverBase {

  private final Map<String, Class<? extends Record>> records = new LinkedHashMap<>();

  /** The names of a family's records, in the order of the source. */
  public static List<String> names(Class<?> family) {
    return Family.records(family).stream().map(type -> Family.descriptor(type).name()).toList();
  }

  @Override
  public void init(JavaType family) {
    for (Class<? extends Record> record : Family.records(family.getRawClass())) {
      records.put(Family.descriptor(record).name(), record);
    }
  }

  @Override
  public String idFromValue(Object value) {
    return Family.descriptor(value.getClass()).name();
  }

  @Override
  public String idFromValueAndType(Object value, Class<?> type) {
    return Family.descriptor(value == null ? type : value.getClass()).name();
  }

  @Override
  public JavaType typeFromId(DatabindContext context, String name) {
    Class<? extends Record> record = records.get(name);
    return record == null ? null : context.constructType(record);
  }

  @Override
  public String getDescForKnownTypeIds() {
    return String.join(", ", records.keySet());
  }

  @Override
  public JsonTypeInfo.Id getMechanism() {
    return JsonTypeInfo.Id.CUSTOM;
  }
}
