"""Decisions are judged as the Java client judges them, and fail closed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_messages import golden

from isotherm.decisions import Accepted, DecisionGate, Fenced, Rejected, Verdict
from isotherm.factors import FactorBounds, Ramp, Rates, Target

HEADERS = {"ce_type": "io.isotherm.decision.v1"}


def rate(layer: str, factor: float, role: str = "tuned", **more: Any) -> dict[str, Any]:
    return {"layer": layer, "role": role, "factor": factor, "learningRate": 0.1 * factor, **more}


def decision(**changes: Any) -> dict[str, Any]:
    whole = {
        "run": "r",
        "incarnation": 5,
        "id": "d1",
        "revision": 1,
        "step": 10,
        "epoch": 0,
        "policy": {"name": "constant"},
        "baseLearningRate": 0.1,
        "layers": [rate("a", 0.5), rate("bn", 0.5, "follows", follows="a"), rate("b", 1.5)],
        "missing": [],
    }
    return {**whole, **changes}


def gate(first: Rates | None = None, step: int = 10) -> DecisionGate:
    return DecisionGate("r", 5, ["a", "bn", "b"], FactorBounds(), first or Rates(), lambda: step)


def judged(by: DecisionGate, written: object) -> Verdict:
    return by.judge(HEADERS, json.dumps(written).encode())


def test_a_decision_in_order_is_accepted_with_its_ramp() -> None:
    verdict = judged(gate(), decision(rampSteps=4))
    assert verdict == Accepted(Target("d1", 1, 10, {"a": 0.5, "bn": 0.5, "b": 1.5}, 4, {}, 0))


@pytest.mark.parametrize(
    "name",
    [
        "decision.v1",
        "decision-hybrid-with-options.v1",
        "decision-linear-within-blocks.v1",
        "decision-on-hold.v1",
    ],
)
def test_golden_decisions_are_accepted(name: str) -> None:
    record = golden(name)
    wire = json.loads(record.value)
    layers = [one["layer"] for one in wire["layers"]]
    by = DecisionGate(
        wire["run"], wire["incarnation"], layers, FactorBounds(), Rates(), lambda: 10**6
    )
    verdict = by.judge(record.headers, record.value)
    assert isinstance(verdict, Accepted), verdict
    assert verdict.target.revision == wire["revision"]
    if wire.get("rampSteps"):
        assert verdict.target.ramp_steps == wire["rampSteps"]
    decays = {one["layer"]: one["weightDecay"] for one in wire["layers"] if "weightDecay" in one}
    assert set(verdict.target.decay_factors) == set(decays)


def test_a_shadows_decision_is_never_applied() -> None:
    record = golden("shadow-decision.v1")
    wire = json.loads(record.value)
    by = DecisionGate(
        wire["run"],
        wire["incarnation"],
        [one["layer"] for one in wire["layers"]],
        FactorBounds(),
        Rates(),
        lambda: 10**6,
    )
    assert isinstance(by.judge(record.headers, record.value), Rejected)


def test_other_incarnations_and_old_revisions_are_fenced() -> None:
    by = gate()
    assert judged(by, decision(incarnation=4)) == Fenced("decision d1 is for incarnation 4", False)
    assert judged(by, decision(incarnation=6)) == Fenced("decision d1 is for incarnation 6", True)
    assert isinstance(judged(by, decision(revision=3)), Accepted)
    late = judged(by, decision(revision=3, id="again"))
    assert late == Fenced("decision again has revision 3, but 3 is in force", False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"layers": [rate("a", 0.5), rate("bn", 0.5)]}, "layer 'b' is missing"),
        (
            {"layers": [rate(n, 0.5) for n in ("a", "bn", "b", "c")]},
            "it does not have layer 'c'",
        ),
        ({"layers": [rate("a", 0.001), rate("bn", 1), rate("b", 1)]}, "from 0.01 to 100.0, got: "),
        ({"layers": [rate("a", 1e9), rate("bn", 1), rate("b", 1)]}, "got: 1000000000.0"),
        ({"layers": [rate("a", -1), rate("bn", 1), rate("b", 1)]}, "got: -1.0"),
        ({"step": 11}, "is based on step 11, which the run has not reached"),
        ({"shadow": "steep"}, "is of a shadow"),
        ({"run": "other"}, "is for run 'other'"),
        ({"revision": "1"}, "revision must be a whole number"),
        ({"revision": True}, "revision must be a whole number"),
        ({"rampSteps": -1}, "rampSteps must be a whole number"),
        ({"layers": None}, "not a decision"),
    ],
)
def test_what_is_not_in_order_changes_nothing(changes: dict[str, Any], reason: str) -> None:
    by = gate()
    verdict = judged(by, decision(**changes))
    assert isinstance(verdict, Rejected)
    assert reason in verdict.reason
    assert "\n" not in verdict.reason
    assert isinstance(judged(by, decision()), Accepted)  # as if nothing had come


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "the value is missing"),
        (b"[]", "the value is not a JSON object"),
        (b"{", "not a decision"),
        (b"\xff", "not a decision"),
        (b'{"run":"r","run":"r"}', "a field is there twice"),
        (b'{"factor":NaN}', "NaN is not a number of JSON"),
        (b'{"run":"r"}', "'id' is missing"),
    ],
)
def test_what_is_no_decision_is_rejected_in_one_line(value: bytes | None, reason: str) -> None:
    verdict = gate().judge(HEADERS, value)
    assert isinstance(verdict, Rejected)
    assert reason in verdict.reason


def test_a_record_of_another_type_is_rejected() -> None:
    verdict = gate().judge({"ce_type": "io.isotherm.decision.v2"}, b"{}")
    assert isinstance(verdict, Rejected)


def test_held_layers_and_their_followers_keep_the_factors_of_the_checkpoint() -> None:
    first = Rates(learning_rate=Ramp(end={"a": 0.7, "bn": 0.7}))
    held = decision(
        layers=[rate("a", 1, "held"), rate("bn", 1, "follows", follows="a"), rate("b", 1.2)]
    )
    verdict = judged(gate(first), held)
    assert isinstance(verdict, Accepted)
    assert verdict.target.factors == {"a": 0.7, "bn": 0.7, "b": 1.2}


def test_a_held_layer_of_a_decision_that_skips_one_has_the_factor_that_it_says() -> None:
    first = Rates(learning_rate=Ramp(end={"a": 0.7}))
    later = decision(revision=2, layers=[rate("a", 0.9, "held"), rate("bn", 0.9), rate("b", 1.2)])
    verdict = judged(gate(first), later)
    assert isinstance(verdict, Accepted)
    assert verdict.target.factors["a"] == 0.9


def test_a_ramp_goes_in_equal_steps_and_ends_on_the_spot() -> None:
    ramp = Ramp(end={"a": 2.0}).towards({"a": 1.0, "b": 3.0}, 4)
    seen = []
    for _ in range(6):
        ramp = ramp.next()
        seen.append((ramp.factor("a"), ramp.factor("b")))
    assert seen == [(1.75, 1.5), (1.5, 2.0), (1.25, 2.5), (1.0, 3.0), (1.0, 3.0), (1.0, 3.0)]
    assert ramp.settled


def test_a_ramp_to_where_it_leads_anyway_does_not_begin_again() -> None:
    ramp = Ramp().towards({"a": 2.0}, 4).next()
    assert ramp.towards({"a": 2.0}, 4) is ramp
    turned = ramp.towards({"a": 0.5}, 2)
    assert turned.next().factor("a") == pytest.approx((1.25 + 0.5) / 2)


def test_rates_survive_a_checkpoint_in_the_middle_of_their_ramps() -> None:
    rates = Rates().towards(Target("d", 3, 7, {"a": 2.0}, 4, {"b": 0.5}, 2)).next()
    state = json.loads(json.dumps(rates.to_state()))
    assert state["factors"] == {"a": 1.25}  # for a reader that knows no ramps
    assert Rates.from_state(state) == rates
    assert Rates.from_state(state).next().learning_rate.factor("a") == 1.5


@pytest.mark.parametrize("state", [{}, {"decisionId": "d"}, {"ramp": 3}])
def test_what_is_no_state_of_rates_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not the rates of a run"):
        Rates.from_state(state)


@pytest.mark.parametrize("bounds", [(0, 1), (2, 1), (1, float("inf"))])
def test_bounds_are_positive_finite_and_in_order(bounds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="bounds of factors must be"):
        FactorBounds(*bounds)
