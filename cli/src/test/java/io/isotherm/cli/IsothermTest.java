package io.isotherm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class IsothermTest {

  private record Outcome(int status, String out, String err) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          demo --epoch 3           | Unknown option
          demo --epochs            | Missing required parameter for option '--epochs'
          demo --epochs many       | 'many' is not an int
          demo --epochs 0          | --epochs must be from 1 to 10000, got: 0
          demo --policy steep      | must be one of constant, linear, sqrt, log2, step, sigmoid, hybrid, llr, alphadecay, got: 'steep'
          demo --policy {"name":"linear","minFactor":-1} | minFactor of policy 'linear' must be greater than 0, got: -1.0
          demo --policy {"name"    | must be a name or a JSON object
          demo --shadow linear     | must be NAME=POLICY, got: 'linear'
          demo --shadow a/b=sqrt   | a shadow's name must be 1 to
          demo --shadow a=steep    | must be one of constant, linear
          demo --shadow a=sqrt --shadow a=step | --shadow a is there twice
          demo --estimator guess   | must be one of tempbalance, farms, farms-llm, model-balancing, weightwatcher, hill, got: 'guess'
          demo --every 5           | such as 1epoch or 50steps, got: '5'
          demo --every 0steps      | such as 1epoch or 50steps, got: '0steps'
          demo --kafka-port 70000  | --kafka-port must be from 0 to 65535, got: 70000
          demo --http-port 65533   | --http-port must be from 0 to 65532, got: 65533
          start --epochs 3         | Unknown option
          status --http-port 0     | --http-port must be from 1 to 65532, got: 0
          topics                   | Missing required option: '--bootstrap-servers
          gpu-check --minutes 0    | --minutes must be more than 0 and at most 600.0, got: 0.0
          gpu-check --parts speed,all | part must be one of machine, tests, accuracy, speed, sets, cpu, sweep, got: 'all'
          analyze                  | Missing required parameter: 'FILE'
          analyze f --estimator x  | must be one of tempbalance, farms, farms-llm, model-balancing, weightwatcher, hill, got: 'x'
          analyze f --fit xmin     | must be one of median, goodness-of-fit, xmin-peak, got: 'xmin'
          analyze f --solver gpu   | solver must be one of lapack, cusolver, nd4j, reference, got: 'gpu'
          analyze f --precision half | must be one of mixed, double, got: 'half'
          analyze f --threads 0    | --threads must be from 1 to 1024, got: 0
          analyze f --xmin-position 1 | xminPosition of estimator 'tempbalance' must be more than 1, got: 1.0
          analyze f --xmin-position 3 --fit xmin-peak | --xmin-position does not apply to --fit xmin-peak
          analyze f --conv-norm 0  | convNorm of estimator 'tempbalance' must be greater than 0, got: 0.0
          analyze f --conv-norm NaN | convNorm of estimator 'tempbalance' must be finite, got: NaN
          analyze f --tail-fraction 0.2 | --tail-fraction does not apply to --estimator tempbalance
          analyze f --estimator hill --tail-fraction 2 | tailFraction of estimator 'hill' must be at most 1.0, got: 2.0
          analyze f --farms-rows 9 | --farms-rows does not apply to --estimator tempbalance
          analyze f --clip-xmax | --clip-xmax does not apply to --estimator tempbalance
          analyze f --estimator weightwatcher --fit median | --fit does not apply to --estimator weightwatcher
          analyze f --estimator weightwatcher --filter-zeros | --filter-zeros does not apply to
          analyze f --estimator farms-llm --farms-step 9 | --farms-step does not apply to --estimator farms-llm
          analyze f --estimator farms --farms-step 9 --farms-ops 9 | --farms-step and --farms-ops exclude each other
          analyze f --estimator farms --farms-ops 1 | ops of estimator 'farms' must be 2 or more, got: 1
          analyze f --policy steep --learning-rate 1 | --policy must be one of constant, linear, sqrt, log2, step, sigmoid, hybrid, llr, alphadecay, got: 'steep'
          analyze f --policy linear | --policy needs --learning-rate
          analyze f --learning-rate 1 | --learning-rate needs --policy
          analyze f --keep-first --learning-rate 1 | --keep-first needs --policy
          analyze f --policy linear --learning-rate 0 | --learning-rate must be greater than 0, got: 0.0
          analyze f --policy linear --learning-rate NaN | --learning-rate must be finite, got: NaN
          analyze f --policy sqrt --learning-rate 1 --s1 0.5 | --s1 does not apply to --policy sqrt
          analyze f --policy hybrid --learning-rate 1 --s2 2 | --s2 does not apply to --policy hybrid
          analyze f --policy constant --learning-rate 1 --keep-last | --keep-last does not apply to --policy constant
          analyze f --policy constant --learning-rate 1 --metric alpha | --metric does not apply to --policy constant
          analyze f --policy linear --learning-rate 1 --s1 2 | minFactor of policy 'linear' must not exceed maxFactor 1.5, got: 2.0
          analyze f --policy alphadecay --learning-rate 1 --s2 NaN | maxFactor of policy 'linear' must be finite, got: NaN
          analyze f --policy linear --learning-rate 1 --min-eigenvalues -1 | minEigenvalues of the layer selection must be 0 or more, got: -1
          analyze f --policy linear --learning-rate 1 --compatibility odd | must be one of sane, reference, got: 'odd'
          analyze f --policy linear --learning-rate 1 --metric sigma | metric must be one that the estimator reports, alpha, alphaExcess, alphaHat, alphaNull, alphaZ, eigenvalueCount, entropy, frobeniusNorm, ksDistance, largestAlpha, smallestAlpha, spectralNorm, stableRank, xmin, got: 'sigma'
          analyze f --policy {"name":"linear","maxFactor":0.1} --learning-rate 1 | minFactor of policy 'linear' must not exceed maxFactor 0.1, got: 0.5
          analyze f --policy {"name":"linear" --learning-rate 1 | --policy must be a name or a JSON object: Unexpected end-of-input
          analyze f --policy {"name":"linear","s1":2} --learning-rate 1 | s1 is not a field here; it must be one of blocks, compatibility
          analyze no-such-file     | isotherm analyze: there is no file no-such-file
          analyze src              | isotherm analyze: src is a folder: name a file in it
          analyze pom.xml          | isotherm analyze: pom.xml: header length must be from 2 to 100000000 bytes
          dance                    | Unmatched argument at index 0: 'dance'
          """)
  void aWrongCommandLineGetsOneLineAndExitStatusTwo(String line, String message) {
    Outcome outcome = run(line.split(" "));

    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err()).contains(message);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void withoutACommandThePossibleOnesAreNamed() {
    Outcome outcome = run();

    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("isotherm: a command is missing: demo, start, status");
  }

  @Test
  void helpNamesEveryFlagOfTheDemo() {
    Outcome outcome = run("demo", "--help");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains(
            "--epochs",
            "--seed",
            "--policy",
            "--shadow",
            "--estimator",
            "--every",
            "--keep",
            "--report",
            "--checkpoint",
            "--kafka-port",
            "--http-port",
            "default: 1epoch");
  }

  @Test
  void helpNamesEveryFlagOfAnalyze() {
    Outcome outcome = run("analyze", "--help");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains(
            "FILE",
            "--estimator",
            "tempbalance, farms, farms-llm, model-balancing",
            "--fit",
            "median, goodness-of-fit",
            "--xmin-position",
            "--filter-zeros",
            "--conv-norm",
            "--farms-rows",
            "--farms-aspect",
            "--farms-step",
            "--farms-ops",
            "--precision",
            "--solver",
            "--threads",
            "--plot",
            "--policy=NAME",
            "--learning-rate",
            "--s1",
            "--s2",
            "--keep-first",
            "--keep-last",
            "--min-eigenvalues",
            "--metric",
            "--compatibility",
            "--include",
            "--exclude",
            "--layout=NAME",
            "--verbose",
            "--json",
            "Exit status 0 if every layer has an outcome");
  }

  @Test
  void helpNamesEveryFlagOfPrunePlan() {
    Outcome outcome = run("prune-plan", "--help");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains(
            "FILE",
            "--sparsity",
            "--spread",
            "0.2",
            "--estimator",
            "--fit",
            "--farms-rows",
            "--base",
            "--partial",
            "--precision",
            "--solver",
            "--threads",
            "--memory",
            "--include",
            "--exclude");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          prune-plan none.safetensors | isotherm prune-plan: Missing required option: '--sparsity=S' (see ./isotherm prune-plan --help)
          prune-plan none.safetensors --sparsity 1.5 | isotherm prune-plan: --sparsity must be greater than 0 and less than 1, got: 1.5 (see ./isotherm prune-plan --help)
          prune-plan none.safetensors --sparsity 0.5 --spread 1 | isotherm prune-plan: --spread must be from 0 to less than 1, got: 1.0 (see ./isotherm prune-plan --help)
          prune-plan none.safetensors --sparsity 0.5 | isotherm prune-plan: there is no file none.safetensors
          analyze a b --policy linear --learning-rate 1 | isotherm analyze: --policy is for one checkpoint, not for two (see ./isotherm analyze --help)
          analyze a b --plot c | isotherm analyze: --plot is for one checkpoint, not for two (see ./isotherm analyze --help)
          analyze a b --html c | isotherm analyze: --html is for one checkpoint, not for two (see ./isotherm analyze --help)
          analyze a --json --html c | isotherm analyze: --json and --html exclude each other (see ./isotherm analyze --help)
          analyze a --first b | isotherm analyze: --first needs --policy (see ./isotherm analyze --help)
          analyze a --last b | isotherm analyze: --last needs --policy (see ./isotherm analyze --help)
          """)
  void whatCannotBeDoneIsOneLineAndExitStatusTwo(String command, String line) {
    Outcome outcome = run(command.split(" "));

    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err()).hasLineCount(1).isEqualToIgnoringNewLines(line);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void theBrokerCommandIsNotForUsers() {
    assertThat(run("--help").out())
        .contains("demo", "start", "status", "topics", "analyze")
        .doesNotContain("Runs the broker alone");
  }

  private static Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Isotherm.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new Outcome(status, out.toString(), err.toString());
  }
}
