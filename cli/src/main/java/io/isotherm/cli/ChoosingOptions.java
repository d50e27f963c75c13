package io.isotherm.cli;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.methods.policy.PolicySpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** How an estimator and a policy are chosen on the command line. */
final class ChoosingOptions {

  private ChoosingOptions() {}

  /** The options that say how alpha is measured. */
  static ParameterOptions<EstimatorSpec> estimator() {
    return new ParameterOptions<>(
        Estimators.CATALOGUE,
        OptionSpec.builder("--estimator")
            .paramLabel("NAME")
            .defaultValue("tempbalance")
            .description(
                "${COMPLETION-CANDIDATES}, or an estimator as JSON, for example"
                    + " '{\"name\":\"farms\",\"rows\":64}' (default: ${DEFAULT-VALUE})"));
  }

  /** The options that say how metrics become factors. */
  static ParameterOptions<PolicySpec> policy() {
    return new ParameterOptions<>(
        Policies.CATALOGUE,
        OptionSpec.builder("--policy")
            .paramLabel("NAME")
            .description(
                "show what this policy would set: ${COMPLETION-CANDIDATES}, with the parameters that"
                    + " it is published with; or a policy as JSON, for example"
                    + " '{\"name\":\"sigmoid\",\"upper\":2}'"));
  }

  /**
   * Refuses a policy by a metric that no layer has with that estimator.
   *
   * @throws ParameterException with one line that names those that layers have
   */
  static void requireReported(CommandSpec command, PolicySpec policy, EstimatorSpec estimator) {
    try {
      PolicyReader.requireReported(policy, estimator);
    } catch (InvalidJsonException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }
}
