package io.isotherm.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.node.NullNode;
import io.isotherm.methods.estimator.EstimatorReader;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.methods.policy.PolicySpec;
import java.io.IOException;
import java.util.List;

/**
 * A policy or an estimator in a request's body, as users write it: what is left out is as
 * published. Use {@link OfPolicy} and {@link OfEstimator}.
 *
 * @param <T> which of them
 */
public abstract class WrittenSpec<T> extends StdDeserializer<T> {

  private static final long serialVersionUID = 1L;

  WrittenSpec(Class<T> type) {
    super(type);
  }

  abstract T read(JsonNode written) throws InvalidJsonException;

  @Override
  public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
    return read(json, context.readTree(json));
  }

  /** The name in the document is read with the rest of it. */
  @Override
  public T deserializeWithType(
      JsonParser json, DeserializationContext context, TypeDeserializer types) throws IOException {
    return deserialize(json, context);
  }

  /** A null that somebody has written is not the same as nothing. */
  @Override
  public T getNullValue(DeserializationContext context) throws JsonMappingException {
    return read(context.getParser(), NullNode.getInstance());
  }

  @Override
  public Object getAbsentValue(DeserializationContext context) {
    return null;
  }

  private T read(JsonParser json, JsonNode written) throws JsonMappingException {
    try {
      return read(written);
    } catch (InvalidJsonException e) {
      JsonMappingException refused = JsonMappingException.from(json, e.getMessage());
      if (!e.field().isEmpty()) {
        List<String> parts = List.of(e.field().split("\\."));
        for (int i = parts.size() - 1; i >= 0; i--) {
          refused.prependPath(written, parts.get(i));
        }
      }
      throw refused;
    }
  }

  /** Reads a policy. */
  public static final class OfPolicy extends WrittenSpec<PolicySpec> {
    private static final long serialVersionUID = 1L;

    /** For Jackson. */
    public OfPolicy() {
      super(PolicySpec.class);
    }

    @Override
    PolicySpec read(JsonNode written) throws InvalidJsonException {
      return PolicyReader.read(written);
    }
  }

  /** Reads an estimator. */
  public static final class OfEstimator extends WrittenSpec<EstimatorSpec> {
    private static final long serialVersionUID = 1L;

    /** For Jackson. */
    public OfEstimator() {
      super(EstimatorSpec.class);
    }

    @Override
    EstimatorSpec read(JsonNode written) throws InvalidJsonException {
      return EstimatorReader.read(written);
    }
  }
}
