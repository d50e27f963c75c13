"""Policies and estimators as users write them."""

from __future__ import annotations

from typing import Any

import pytest

from isotherm import methods


def test_a_name_is_what_is_published_under_it() -> None:
    linear = methods.policy("linear")
    assert (linear["name"], linear["minFactor"], linear["maxFactor"]) == ("linear", 0.5, 1.5)
    assert methods.estimator("tempbalance")["version"] == 1


def test_a_preset_is_the_policy_that_it_stands_for() -> None:
    llr = methods.policy("llr")
    assert llr["name"] == "linear"
    assert llr["options"]["rampSteps"] == 50


def test_what_a_dict_leaves_out_is_as_published() -> None:
    changed = methods.policy(
        {"name": "linear", "minFactor": 0.6, "selection": {"excludeLast": False}}
    )
    published = methods.policy("linear")
    assert changed == {
        **published,
        "minFactor": 0.6,
        "selection": {**published["selection"], "excludeLast": False},
    }


def test_what_is_published_reads_as_itself() -> None:
    catalogue = methods._catalogue()
    for policy in catalogue["policies"].values():
        assert methods.policy(policy) == policy
    for estimator in catalogue["estimators"].values():
        assert methods.estimator(estimator) == estimator


def test_a_part_of_a_hybrid_is_completed_by_its_name() -> None:
    hybrid = methods.policy({"name": "hybrid", "weightDecay": {"name": "sigmoid", "upper": 1.0}})
    published = methods.policy("sigmoid")
    assert hybrid["weightDecay"] == {**published, "upper": 1.0}


def test_an_interval_of_another_unit_is_not_completed() -> None:
    by_epoch = {"name": "llr", "options": {"every": {"unit": "epochs", "count": 1}}}
    assert methods.policy(by_epoch)["options"]["every"] == {"unit": "epochs", "count": 1}


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("liner", "policy must be one of constant, linear.*, got: 'liner'"),
        (3, "policy must be a name or a dict with a name, got: 3"),
        ({"minFactor": 1}, "policy must be one of .*, got: None"),
        ({"name": "linear", "minfactor": 1}, "policy has no field 'minfactor'; it has name, minF"),
        ({"name": "linear", "minFactor": 0}, "policy.minFactor must be above 0, got: 0"),
        ({"name": "linear", "minFactor": "1"}, "policy.minFactor must be of type number, got: '1'"),
        ({"name": "linear", "minFactor": True}, "policy.minFactor must be of type number"),
        ({"name": "linear", "minFactor": float("nan")}, "policy.minFactor must be finite"),
        ({"name": "linear", "minFactor": 2}, "policy.minFactor must not exceed maxFactor 1.5"),
        ({"name": "linear", "compatibility": "x"}, "compatibility must be one of sane, reference"),
        (
            {"name": "linear", "options": {"every": {"unit": "days", "count": 1}}},
            r"policy.options.every.unit must be one of steps, epochs, got: 'days'",
        ),
        (
            {"name": "linear", "options": {"smoothing": 1.0}},
            r"policy.options.smoothing must be below 1, got: 1.0",
        ),
        (
            {"name": "linear", "selection": {"include": ["a", 3]}},
            r"policy.selection.include\[1\] must be of type string, got: 3",
        ),
    ],
)
def test_bad_input_is_refused_with_field_and_value(written: Any, line: str) -> None:
    with pytest.raises(ValueError, match=line) as refused:
        methods.policy(written)
    assert "\n" not in str(refused.value)


def test_an_estimator_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match=r"estimator.version must be 1, got: 2"):
        methods.estimator({"name": "tempbalance", "version": 2})
