package io.isotherm.trainer.rest;

import io.isotherm.checks.OneLine;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.rest.RefusedRequestException;
import io.isotherm.trainer.TrainerConfig;
import io.isotherm.trainer.network.Network;
import io.isotherm.trainer.network.Networks;
import io.isotherm.trainer.run.RunOrder;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.TreeMap;

/** Makes an order of a request, with what the configuration has for the rest. */
@ApplicationScoped
public class OrderDefaults {

  private final TrainerConfig config;

  OrderDefaults(TrainerConfig config) {
    this.config = config;
  }

  /**
   * The order.
   *
   * @throws RefusedRequestException if there is no such network, a batch is larger than the
   *     training set, or a policy is by a metric that the estimator does not report
   */
  RunOrder complete(RunRequest request) {
    Network network = network(request.network());
    int batchSize = request.batchSize().orElse(config.run().batchSize());
    if (batchSize > config.trainingImages()) {
      throw new RefusedRequestException(
          "batchSize",
          Integer.toString(batchSize),
          "batchSize must be at most %d, the images of the training set, got: %d"
              .formatted(config.trainingImages(), batchSize));
    }
    requireReported("policy", request.policy(), request.estimator());
    request
        .shadows()
        .forEach((name, shadow) -> requireReported("shadows." + name, shadow, request.estimator()));
    return new RunOrder(
        request.run(),
        network,
        request.epochs().orElse(config.run().epochs()),
        request.seed().orElse(config.run().seed()),
        batchSize,
        request.learningRate().orElse(config.run().learningRate()),
        request.policy(),
        new TreeMap<>(request.shadows()),
        request.estimator(),
        request.every().interval());
  }

  private static Network network(String name) {
    return Networks.named(name)
        .orElseThrow(
            () ->
                new RefusedRequestException(
                    "network",
                    OneLine.quoted(name),
                    "network must be one of %s, got: %s"
                        .formatted(String.join(", ", Networks.names()), OneLine.quoted(name))));
  }

  private static void requireReported(String field, PolicySpec policy, EstimatorSpec estimator) {
    try {
      PolicyReader.requireReported(policy, estimator);
    } catch (InvalidJsonException e) {
      throw new RefusedRequestException(field + "." + e.field(), e.value(), e.getMessage());
    }
  }
}
