"""A whole run: what a training loop sees, with a broker, without one, and after a resume."""

from __future__ import annotations

import copy
import json
import logging
import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import TOPICS, Broker, eventually
from torch import nn

import isotherm
from isotherm.messages import PROGRESS, REFUSALS, RUNS, SNAPSHOTS

NOWHERE = "127.0.0.1:1"


class Training:
    """A small network, its optimizer, and a loop of steps."""

    def __init__(self, lr: float = 0.1) -> None:
        torch.manual_seed(0)
        self.model = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)
        )
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr, 0.9)
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(8, 1, 8, 8, generator=generator)
        self.y = torch.randint(0, 3, (8,), generator=generator)

    def step(self, iso: isotherm.Run | None = None) -> float:
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model(self.x), self.y)
        loss.backward()
        self.optimizer.step()
        if iso is not None:
            iso.step(loss)
        return loss.item()

    def balanced(self, run: str, servers: str = NOWHERE, **options: Any) -> isotherm.Run:
        options = {"total_steps": 100, "every": 5, **options}
        return isotherm.balance(self.model, self.optimizer, run=run, servers=servers, **options)


@pytest.fixture(autouse=True)
def runs_end() -> Iterator[None]:
    """No run of a test goes on behind it."""
    made: list[isotherm.Run] = []
    original = isotherm.Run.__init__

    def remembered(self: isotherm.Run, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        made.append(self)

    isotherm.Run.__init__ = remembered  # type: ignore[method-assign]
    yield
    isotherm.Run.__init__ = original  # type: ignore[method-assign]
    for run in made:
        run.close(timeout=0.1)


def send_decision(broker: Broker, iso: isotherm.Run, **changes: Any) -> None:
    """What a scheduler would send."""
    layers = [
        {"layer": "0", "role": "tuned", "factor": 0.5, "learningRate": 0.05},
        {"layer": "1", "role": "follows", "follows": "0", "factor": 0.5, "learningRate": 0.05},
        {"layer": "4", "role": "tuned", "factor": 1.5, "learningRate": 0.15},
    ]
    broker.decide(iso, {}, **{"layers": layers, "baseLearningRate": 0.1, **changes})


def all_published(iso: isotherm.Run) -> bool:
    counters = iso.counters()
    return counters["snapshotsPublished"] == counters["snapshotsTaken"]


def train_until(training: Training, iso: isotherm.Run, condition: Callable[[], bool]) -> None:
    def trained() -> bool:
        training.step(iso)
        return condition()

    eventually(trained)


def test_a_run_describes_itself_publishes_its_weights_and_says_how_it_ended(
    broker: Broker,
) -> None:
    training = Training()
    weights = []
    with training.balanced("whole", broker.servers, total_steps=10) as iso:
        weights.append(training.model[4].weight.detach().clone())
        losses = []
        for step in range(10):
            losses.append(training.step(iso))
            if step + 1 in (5, 10):
                weights.append(training.model[4].weight.detach().clone())
            eventually(lambda: all_published(iso))

    (running, _), (finished, last) = sorted(
        broker.records(RUNS, "whole"), key=lambda record: record[0]["ce_id"], reverse=True
    )
    assert running["ce_id"] == f"whole:{iso.incarnation}:running"
    assert finished["ce_id"] == f"whole:{iso.incarnation}:finished"
    description = json.loads(last)
    assert description["phase"] == {"name": "finished", "steps": 10}
    assert description["layers"] == [
        {
            "name": "0",
            "kind": "convolution",
            "shape": [4, 1, 3, 3],
            "normLayers": ["1"],
            "dtype": "F32",
        },
        {"name": "4", "kind": "dense", "shape": [3, 144], "dtype": "F32"},
    ]
    assert description["schedule"] == {"name": "external"}

    chunks = {
        (headers["ce_step"], headers["ce_layer"]): value
        for headers, value in broker.records(SNAPSHOTS, "whole")
    }
    assert set(chunks) == {(step, layer) for step in ("0", "5", "10") for layer in "04"}
    for step, expected in zip(("0", "5", "10"), weights, strict=True):
        document = chunks[step, "4"]
        assert document is not None
        assert document.endswith(expected.numpy().tobytes())

    progress = [json.loads(value) for _, value in broker.records(PROGRESS, "whole")]
    assert progress[-1]["step"] == 10
    assert progress[-1]["baseLearningRate"] == 0.1
    assert progress[-1]["loss"] == pytest.approx(losses[-1])
    assert progress[-1]["counters"]["snapshotsTaken"] == 6
    assert iso.counters()["snapshotsPublished"] == 6
    assert iso.counters()["snapshotsDropped"] == 0


def test_a_decision_acts_from_the_next_step_on_and_is_told(broker: Broker) -> None:
    training = Training()
    with training.balanced("decided", broker.servers) as iso:
        training.step(iso)
        send_decision(broker, iso)
        train_until(training, iso, lambda: iso.counters()["decisionsApplied"] == 1)
        assert iso.factors() == {"0": 0.5, "1": 0.5, "4": 1.5}
        assert iso.effective_lrs() == pytest.approx({"0": 0.05, "1": 0.05, "4": 0.15})
        assert training.optimizer.param_groups[0]["lr"] == 0.1
        assert len(training.optimizer.param_groups) == 1
        before = training.model[4].weight.detach().clone()
        momentum = training.optimizer.state[training.model[4].weight]["momentum_buffer"].clone()
        training.step(iso)
        gradient = training.model[4].weight.grad
        moved = before - training.model[4].weight
        assert torch.allclose(moved, 0.15 * (0.9 * momentum + gradient), atol=1e-6)
        steps = iso.steps
    progress = [json.loads(value) for _, value in broker.records(PROGRESS, "decided")]
    (applied,) = [a for p in progress for a in p["applied"]]
    assert applied["id"] == "d1"
    assert 1 <= applied["appliedAtStep"] < steps
    assert progress[-1]["factors"] == {"0": 0.5, "1": 0.5, "4": 1.5}


def test_a_ramp_is_walked_a_step_at_a_time(broker: Broker) -> None:
    training = Training()
    with training.balanced("ramp", broker.servers) as iso:
        training.step(iso)
        send_decision(broker, iso, rampSteps=4)
        train_until(training, iso, lambda: iso.counters()["decisionsApplied"] == 1)
        seen = [iso.factors()["4"]]
        for _ in range(4):
            training.step(iso)
            iso.end_epoch()  # is no step
            seen.append(iso.factors()["4"])
        assert seen == pytest.approx([1.125, 1.25, 1.375, 1.5, 1.5])


def test_weight_decay_factors_act(broker: Broker) -> None:
    training = Training()
    training.optimizer.param_groups[0]["weight_decay"] = 0.1
    decay = {"role": "tuned", "factor": 2.0}
    layers = [
        {"layer": name, "role": "tuned", "factor": 1.0, "learningRate": 0.1, "weightDecay": decay}
        for name in "014"
    ]
    with training.balanced("decay", broker.servers) as iso:
        training.step(iso)
        send_decision(broker, iso, layers=layers)
        train_until(training, iso, lambda: iso.counters()["decisionsApplied"] == 1)
        assert iso.weight_decay_factors() == {"0": 2.0, "1": 2.0, "4": 2.0}
        weight = training.model[4].weight
        before = weight.detach().clone()
        momentum = training.optimizer.state[weight]["momentum_buffer"].clone()
        training.step(iso)
        expected = 0.1 * (0.9 * momentum + weight.grad + 0.2 * before)
        assert torch.allclose(before - weight, expected, atol=1e-6)


def test_a_decision_that_is_not_believed_changes_nothing_and_is_counted(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    training = Training()
    absurd = [{"layer": n, "role": "tuned", "factor": 1e6, "learningRate": 1} for n in "014"]
    with training.balanced("absurd", broker.servers) as iso:
        training.step(iso)
        send_decision(broker, iso, layers=absurd)
        train_until(training, iso, lambda: iso.counters()["decisionsRejected"] == 1)
        assert set(iso.factors().values()) == {1.0}
    assert "decision rejected, the rates in force stay" in caplog.text


def test_a_newer_incarnation_of_the_name_is_noticed_and_not_ended(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    training = Training()
    with training.balanced("twice", broker.servers) as iso:
        training.step(iso)
        eventually(lambda: len(broker.records(RUNS, "twice")) == 1)
        send_decision(broker, iso, incarnation=iso.incarnation + 1)
        train_until(training, iso, lambda: iso.counters()["decisionsFenced"] == 1)
    assert "does another process train under this name?" in caplog.text
    assert len(broker.records(RUNS, "twice")) == 1  # the last word is the other one's


def test_without_a_broker_training_goes_on_and_one_line_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plain, training = Training(), Training()
    losses = [plain.step() for _ in range(20)]
    iso = training.balanced("alone")
    with caplog.at_level(logging.WARNING):
        assert [training.step(iso) for _ in range(20)] == losses
        eventually(lambda: "broker takes no records" in caplog.text)
        eventually(lambda: "no rates arrive" in caplog.text)
        iso.close(timeout=0.1)
    assert f"{NOWHERE}: " in caplog.text
    assert "the broker did not learn how the run ended" in caplog.text
    counters = iso.counters()
    assert counters["snapshotsTaken"] == 10
    assert counters["snapshotsPublished"] == 0
    eventually(lambda: iso.counters()["snapshotsDropped"] == 10)


def fail_after_a_step(training: Training, iso: isotherm.Run) -> None:
    training.step(iso)
    raise RuntimeError("out of\nmemory")


def test_a_message_that_no_broker_takes_holds_nothing_up(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    training = Training()
    small = {"message.max.bytes": 1700}
    with training.balanced("long", broker.servers, title="x" * 3000, kafka=small) as iso:
        training.step(iso)
        eventually(lambda: iso.counters()["snapshotsPublished"] == 1)  # layer 4 is too large
        eventually(lambda: iso.counters()["snapshotsDropped"] == 1)
    assert "message given up run=long topic=isotherm.runs" in caplog.text
    assert broker.records(RUNS, "long") == []
    assert broker.records(PROGRESS, "long") != []


def test_a_run_that_nobody_ended_has_failed_and_one_that_raised_says_why(broker: Broker) -> None:
    training = Training()
    iso = training.balanced("left", broker.servers)
    training.step(iso)
    iso.close()
    with pytest.raises(RuntimeError), training.balanced("raised", broker.servers) as iso:
        fail_after_a_step(training, iso)

    def last(run: str) -> Any:
        phases = [json.loads(v)["phase"] for _, v in broker.records(RUNS, run)]
        return [phase for phase in phases if phase["name"] == "failed"]

    assert last("left")[0]["cause"] == "training ended without saying that it was finished"
    assert last("raised")[0]["cause"] == "RuntimeError: out of memory"


def test_a_resumed_run_goes_on_with_its_factors_and_a_new_incarnation(broker: Broker) -> None:
    training = Training()
    with training.balanced("resumed", broker.servers) as iso:
        training.step(iso)
        send_decision(broker, iso, rampSteps=10)
        train_until(training, iso, lambda: iso.counters()["decisionsApplied"] == 1)
        state = json.loads(json.dumps(iso.state_dict()))
        factor, steps, incarnation = iso.factors()["4"], iso.steps, iso.incarnation

    again = training.balanced("resumed", broker.servers)
    again.load_state_dict(state)
    assert again.incarnation > incarnation
    assert again.steps == steps
    assert again.factors()["4"] == factor
    assert again.effective_lrs()["4"] == pytest.approx(0.1 * factor)
    training.step(again)
    assert again.factors()["4"] == pytest.approx(factor + 0.05)  # the ramp goes on
    with pytest.raises(ValueError, match="must be called before the first step"):
        again.load_state_dict(state)


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ({"run": "other"}, "run 'mine' cannot go on from a state of run 'other'"),
        ({"run": "mine"}, "not the state of a run"),
        ({"run": "mine", "rates": {}}, "not the rates of a run"),
    ],
)
def test_a_state_that_is_none_is_refused(state: dict[str, Any], line: str) -> None:
    with pytest.raises(ValueError, match=line):
        Training().balanced("mine").load_state_dict(state)


def test_factors_of_a_checkpoint_outside_of_the_bounds_are_not_believed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    iso = Training().balanced("mine")
    rates = {"decisionId": "d", "revision": 1, "basedOnStep": 0, "factors": {"0": 1e5}}
    iso.load_state_dict({"run": "mine", "incarnation": 1, "step": 3, "epoch": 0, "rates": rates})
    assert set(iso.factors().values()) == {1.0}
    assert "factors of the checkpoint left aside" in caplog.text


def test_a_step_that_trains_nothing_does_not_begin_the_run(one_rank: None) -> None:
    from torch.distributed.checkpoint.state_dict import (
        get_optimizer_state_dict,
        set_optimizer_state_dict,
    )

    trained = Training()
    trained.step()
    state = get_optimizer_state_dict(trained.model, trained.optimizer)
    fresh = Training()
    iso = fresh.balanced("dummy")
    set_optimizer_state_dict(fresh.model, fresh.optimizer, state)
    assert iso.counters()["snapshotsTaken"] == 0
    assert iso.steps == 0
    iso.load_state_dict({**iso.state_dict(), "step": 7})
    fresh.step(iso)
    assert iso.steps == 8
    assert iso.counters()["snapshotsTaken"] == 2


def test_epochs_are_counted_and_snapshots_taken_at_their_ends(broker: Broker) -> None:
    training = Training()
    with training.balanced("epochs", broker.servers, every="epoch") as iso:
        for _ in range(2):
            for _ in range(3):
                training.step(iso)
            eventually(lambda: all_published(iso))
            iso.end_epoch(accuracy=0.5)
    places = {(h["ce_step"], h["ce_epoch"]) for h, _ in broker.records(SNAPSHOTS, "epochs")}
    assert places == {("0", "0"), ("3", "1"), ("6", "2")}
    progress = [json.loads(value) for _, value in broker.records(PROGRESS, "epochs")]
    assert 0.5 in [p.get("accuracy") for p in progress]


def test_a_run_whose_forward_pass_cannot_be_seen_begins_behind_its_first_step(
    broker: Broker,
) -> None:
    training = Training()
    training.model.compile(backend="eager")
    with training.balanced("unseen", broker.servers, every=2) as iso:
        training.step(iso)
        after_one = training.model[4].weight.detach().clone()
        eventually(lambda: all_published(iso))
        training.step(iso)
    chunks = {
        (headers["ce_step"], headers["ce_layer"]): value
        for headers, value in broker.records(SNAPSHOTS, "unseen")
    }
    assert {step for step, _ in chunks} == {"1", "2"}
    assert chunks["1", "4"].endswith(after_one.numpy().tobytes())


def test_watching_publishes_all_layers_and_changes_no_rate(broker: Broker) -> None:
    plain, training = Training(), Training()
    training.model[0].requires_grad_(False)
    plain.model[0].requires_grad_(False)
    with isotherm.watch(training.model, run="watched", every=2, servers=broker.servers) as iso:
        for _ in range(4):
            assert training.step(iso) == plain.step()
    (body,) = {v for h, v in broker.records(RUNS, "watched") if h["ce_id"].endswith("finished")}
    assert body is not None
    assert json.loads(body)["policy"] == {"name": "constant"}
    assert [layer["name"] for layer in json.loads(body)["layers"]] == ["0", "4"]
    assert {h["ce_layer"] for h, _ in broker.records(SNAPSHOTS, "watched")} == {"0", "4"}


def test_what_goes_wrong_in_the_client_stays_there(caplog: pytest.LogCaptureFixture) -> None:
    training = Training()
    iso = training.balanced("mishap")
    iso._stager.take = None  # type: ignore[assignment,method-assign]
    for _ in range(10):
        training.step(iso)
    assert caplog.text.count("training goes on without what failed") == 1


def test_the_report_shows_layers_factors_and_what_was_left_out() -> None:
    training = Training()
    training.model.append(nn.Bilinear(1, 1, 3))
    training.optimizer.add_param_group({"params": list(training.model[5].parameters())})
    iso = training.balanced("shown")
    text = str(iso)
    assert "0      convolution  4x1x3x3  1           1       1      0.1" in text
    assert "  5: Bilinear [3, 1, 1]: a form of two inputs" in text
    assert "order: as the model registers its modules" in text
    assert "snapshotsTaken 0" in text


def test_a_forked_process_does_not_end_the_run() -> None:
    training = Training()
    iso = training.balanced("forked")
    training.step(iso)
    child = os.fork()
    if child == 0:
        iso.close()
        os._exit(0 if iso._ended is False else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_process_that_publishes_outlives_training_just_long_enough_to_say_so(
    broker: Broker,
) -> None:
    code = (
        "import os, torch, isotherm; m = torch.nn.Linear(4, 4);"
        "o = torch.optim.SGD(m.parameters(), 0.1);"
        f"iso = isotherm.balance(m, o, run='killed', total_steps=9, servers={broker.servers!r});"
        "m(torch.ones(4)).sum().backward(); o.step(); iso.step();"
        "[iso.step() for _ in iter(lambda: iso.counters()['snapshotsPublished'] > 0, True)];"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False, timeout=120)

    def phases() -> list[dict[str, Any]]:
        return [json.loads(value)["phase"] for _, value in broker.records(RUNS, "killed")]

    dead = {"name": "failed", "cause": "the training process has died"}
    eventually(lambda: dead in phases())


def test_a_thread_that_cannot_finish_does_not_keep_the_process() -> None:
    iso = Training().balanced("daemon")
    training = Training()
    training.step(iso)
    ours = [t for t in threading.enumerate() if t.name.startswith("isotherm-")]
    assert ours
    assert all(t.daemon for t in ours)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"run": "a b"}, "run must be 1 to 100 letters.*got: 'a b'"),
        ({"total_steps": 0}, "total_steps of run 'x' must be a whole number, 1 or more, got: 0"),
        ({"every": 0}, "every must be a number of steps or 'epoch', got: 0"),
        ({"every": "day"}, "every must be a number of steps or 'epoch', got: 'day'"),
        ({"policy": "liner"}, "policy must be one of"),
        ({"estimator": "x"}, "estimator must be one of"),
        ({"shadows": {"s": "x"}}, "policy must be one of"),
        ({"bounds": (2, 1)}, "bounds of factors must be"),
        ({"buffers": 0}, "buffers must be 1 or more"),
        ({"servers": "a:b"}, "servers must be host:port with commas between, got: 'a:b'"),
        ({"include": ["x*"]}, r"include pattern 'x\*' matches no layer"),
        ({"kafka": {"security.protocoll": "SSL"}}, "kafka settings are refused: .*protocoll"),
    ],
)
def test_bad_input_is_one_clear_line(options: dict[str, Any], line: str) -> None:
    training = Training()
    options = {"run": "x", "total_steps": 10, **options}
    with pytest.raises(ValueError, match=line) as refused:
        isotherm.balance(training.model, training.optimizer, **options)
    assert "\n" not in str(refused.value)


def test_a_rank_that_does_not_know_the_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "4")
    with pytest.raises(ValueError, match=r"rank 1 of 4.*call torch.distributed.init_process_group"):
        Training().balanced("ranks")


def test_servers_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training()
    monkeypatch.setenv("ISOTHERM_BOOTSTRAP_SERVERS", "127.0.0.1:2")
    iso = isotherm.balance(training.model, training.optimizer, run="env", total_steps=1)
    assert "broker 127.0.0.1:2" in str(iso)


def test_metrics_of_any_name_and_what_steps_process_are_told(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    training = Training()
    with training.balanced("metrics", broker.servers, total_steps=4, every=1) as iso:
        for step in range(4):
            training.step()
            iso.step(
                metrics={"perplexity": torch.tensor(1.5 + step), "bad name": 1.0, "nan": math.nan},
                processed={"images": 8},
            )
        iso.end_epoch(metrics={"eval/top5": 0.75})
    told = [json.loads(value) for _, value in broker.records(PROGRESS, "metrics")]
    metrics: dict[str, float] = {}
    for progress in told:
        metrics |= progress.get("metrics", {})
    assert metrics["perplexity"] == 4.5
    assert metrics["eval/top5"] == 0.75
    assert metrics["imagesPerSecond"] > 0
    assert metrics.keys() == {"perplexity", "eval/top5", "imagesPerSecond"}
    assert caplog.text.count("metric left out run=metrics") == 1


def refuse(broker: Broker, run: str, reason: str, **fields: Any) -> None:
    """What a service would say."""
    value = {"run": run, "about": "run", "reason": reason, "by": "scheduler", **fields}
    headers = {"ce_type": "io.isotherm.refusal.v1"}
    broker.producer.produce(REFUSALS, json.dumps(value), run, headers=headers)
    assert broker.producer.flush(10) == 0


def test_what_the_services_refuse_is_warned_of_once(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    training = Training()
    refuse(broker, "refused", "left by a trainer of long ago")
    with training.balanced("refused", broker.servers) as iso:
        training.step(iso)
        eventually(lambda: len(broker.records(RUNS, "refused")) == 1)
        refuse(broker, "refused", "of another incarnation", incarnation=iso.incarnation - 1)
        for _ in range(3):
            refuse(broker, "refused", "the policy is\nunknown", incarnation=iso.incarnation)
        refuse(
            broker,
            "refused",
            "the snapshot has shape [4], and the run describes [3, 144]",
            **{"incarnation": iso.incarnation, "about": "layer", "layer": "4", "by": "spectral"},
        )
        eventually(lambda: "service)" in caplog.text and "[3, 144]" in caplog.text)
    lines = [r.getMessage() for r in caplog.records if "refused by Isotherm" in r.getMessage()]
    assert lines == [
        "refused by Isotherm, training goes on run=refused "
        'reason="the policy is unknown (says the scheduler service)"',
        'refused by Isotherm, training goes on run=refused reason="layer 4: the snapshot has shape '
        '[4], and the run describes [3, 144] (says the spectral service)"',
    ]


def test_services_that_are_older_than_the_client_are_said_to_be(
    caplog: pytest.LogCaptureFixture,
) -> None:
    older = Broker([topic for topic in TOPICS if topic != REFUSALS])
    training = Training()
    with training.balanced("modern", older.servers) as iso:
        training.step(iso)
        eventually(lambda: "older than this client" in caplog.text)
        send_decision(older, iso)
        train_until(training, iso, lambda: iso.counters()["decisionsApplied"] == 1)
    assert caplog.text.count("older than this client") == 1


def test_a_broker_without_isotherm_is_said_to_be_one(caplog: pytest.LogCaptureFixture) -> None:
    bare = Broker([])
    training = Training()
    with training.balanced("unserved", bare.servers) as iso:
        training.step(iso)
        eventually(lambda: "topic isotherm.runs does not exist; start Isotherm" in caplog.text)
        eventually(lambda: "isotherm.learning-rates does not exist" in caplog.text)


def test_two_runs_of_one_name_at_once_are_noticed_by_the_first(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = Training(), Training()
    with one.balanced("same", broker.servers) as first:
        one.step(first)
        eventually(lambda: len(broker.records(RUNS, "same")) == 1)
        with other.balanced("same", broker.servers) as second:
            other.step(second)
            eventually(lambda: "run superseded" in caplog.text)
            assert f"incarnation {second.incarnation} of it has started" in caplog.text
    assert caplog.text.count("run superseded") == 1
    assert broker.phases("same").count({"name": "finished", "steps": 1}) == 1


def test_accumulated_gradients_are_one_step(broker: Broker) -> None:
    training = Training()
    halves = [(training.x[:4], training.y[:4]), (training.x[4:], training.y[4:])]
    with training.balanced("accumulated", broker.servers, every=2) as iso:
        training.step(iso)
        send_decision(broker, iso)
        train_until(training, iso, lambda: iso.counters()["decisionsApplied"] == 1)
        whole = copy.deepcopy(training)
        steps = iso.steps
        for _ in range(4):
            training.optimizer.zero_grad()
            for x, y in halves:
                loss = F.cross_entropy(training.model(x), y) / len(halves)
                loss.backward()
            training.optimizer.step()
            iso.step(loss)
        assert iso.steps == steps + 4
        taken = {int(h["ce_step"]) for h, _ in broker.records(SNAPSHOTS, "accumulated")}
        assert all(step % 2 == 0 for step in taken)

    # The same by hand: each layer's rate times its factor, from the same weights and momenta.
    rates = {"0": 0.05, "1": 0.05, "4": 0.15}
    groups = [{"params": list(whole.model[int(n)].parameters()), "lr": rates[n]} for n in rates]
    by_hand = torch.optim.SGD(groups, 0.1, 0.9)
    for parameter in whole.model.parameters():
        by_hand.state[parameter] = whole.optimizer.state[parameter]
    for _ in range(4):
        by_hand.zero_grad()
        for x, y in halves:
            (F.cross_entropy(whole.model(x), y) / len(halves)).backward()
        by_hand.step()
    for ours, expected in zip(training.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.allclose(ours, expected, atol=1e-6)


def test_layers_that_the_optimizer_lacks_are_said_in_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    training = Training()
    training.optimizer = torch.optim.SGD(training.model[0].parameters(), 0.1)
    iso = training.balanced("lacking")
    assert list(iso.factors()) == ["0"]
    (line,) = [r.getMessage() for r in caplog.records]
    assert "layers left out run=lacking count=1" in line
    assert "the optimizer does not have their weights: 4;" in line


def test_an_optimizer_of_another_model_is_refused() -> None:
    optimizer = torch.optim.SGD(nn.Linear(2, 2).parameters(), 0.1)
    with pytest.raises(ValueError, match=r"no layer to balance.*not among the optimizer's"):
        isotherm.balance(Training().model, optimizer, run="x", total_steps=1)


def test_an_address_that_nobody_has_is_said_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    training = Training()
    iso = training.balanced("astray", "no-such-host.invalid:9092")
    training.step(iso)
    eventually(lambda: "broker takes no records" in caplog.text)
    eventually(lambda: "no rates arrive" in caplog.text)
    lines = [r.getMessage() for r in caplog.records]
    assert len(lines) == 2
    assert all('reason="no-such-host.invalid:9092: ' in line for line in lines)


def test_a_run_of_twenty_thousand_layers_is_described_and_decided(broker: Broker) -> None:
    model = nn.ModuleList(nn.Linear(2, 2, bias=False) for _ in range(20_000))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    iso = isotherm.balance(
        model, optimizer, run="huge", total_steps=100, every=1000, servers=broker.servers
    )
    with iso:
        iso.step()
        eventually(lambda: len(broker.records(RUNS, "huge")) == 1)
        (value,) = (value for _, value in broker.records(RUNS, "huge"))
        assert value is not None
        assert len(value) > 1_000_000  # as it is read; it lies there compressed
        assert len(json.loads(value)["layers"]) == 20_000
        eventually(lambda: broker.records(PROGRESS, "huge") != [])
        assert "factors" not in json.loads(broker.records(PROGRESS, "huge")[0][1] or b"")
        layers = [
            {"layer": name, "role": "tuned", "factor": 1.5, "learningRate": 0.15}
            for name in iso.factors()
        ]
        send_decision(broker, iso, layers=layers)

        def applied() -> bool:
            iso.step()
            return iso.counters()["decisionsApplied"] == 1

        eventually(applied)
        assert set(iso.effective_lrs().values()) == {0.1 * 1.5}


def test_rates_of_groups_are_told_where_they_differ(broker: Broker) -> None:
    training = Training()
    body, head = training.model[0].parameters(), training.model[4].parameters()
    groups = [{"params": list(body)}, {"params": list(head), "lr": 0.4}]
    training.optimizer = torch.optim.SGD(groups, 0.1)
    with training.balanced("groups", broker.servers) as iso:
        training.step(iso)
    progress = [json.loads(value or b"") for _, value in broker.records(PROGRESS, "groups")]
    assert progress[-1]["baseLearningRate"] == 0.1
    assert progress[-1]["metrics"] == {"learningRate/group0": 0.1, "learningRate/group1": 0.4}
