"""The callback in the real Trainer of transformers, with a broker."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Broker, all_published, eventually
from torch import nn
from transformers import Trainer, TrainerCallback, TrainingArguments

import isotherm
from isotherm.huggingface import Balance
from isotherm.messages import PROGRESS, RUNS
from isotherm.options import Options


class Classifier(nn.Module):
    """Vectors [n, 8] to three classes, as a Trainer wants it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.up, self.norm, self.down = nn.Linear(8, 16), nn.LayerNorm(16), nn.Linear(16, 3)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = self.down(self.norm(self.up(x)).relu())
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def examples(count: int = 24) -> list[dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(1)
    xs = torch.randn(count, 8, generator=generator)
    return [{"x": x, "labels": torch.tensor(i % 3)} for i, x in enumerate(xs)]


def trainer(
    folder: Path, *callbacks: TrainerCallback, model: nn.Module | None = None, **changes: Any
) -> Trainer:
    """Epochs of six batches of four."""
    arguments: dict[str, Any] = {
        "output_dir": str(folder),
        "use_cpu": True,
        "per_device_train_batch_size": 4,
        "learning_rate": 0.01,
        "num_train_epochs": 2,
        "logging_steps": 2,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
    }
    return Trainer(
        model=model or Classifier(),
        args=TrainingArguments(**{**arguments, **changes}),
        train_dataset=examples(),
        eval_dataset=examples(8),
        callbacks=list(callbacks),
        compute_metrics=lambda of: {
            "accuracy": float((of.predictions.argmax(-1) == of.label_ids).mean())
        },
    )


def balance(broker: Broker, run: str, **options: Any) -> Balance:
    return Balance(run, **{"every": 2, "servers": broker.servers, **options})


def progress(broker: Broker, run: str) -> list[dict[str, Any]]:
    return [json.loads(value or b"") for _, value in broker.records(PROGRESS, run)]


class After(TrainerCallback):
    """Does something behind a step of the optimizer, once."""

    def __init__(self, step: int, what: Any) -> None:
        self.step, self.what = step, what

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self.step:
            self.what()


class Unhurried(TrainerCallback):
    """Steps take until their snapshots are published, so that no progress message is overtaken."""

    def __init__(self, callback: Balance) -> None:
        self.callback = callback

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        iso = self.callback.iso
        assert iso is not None
        eventually(lambda: all_published(iso))


def decide(broker: Broker, callback: Balance) -> None:
    """Waits until a decision is in force; each further step of the test's would be one, too."""
    iso = callback.iso
    assert iso is not None
    broker.decide(iso, {"up": 0.5, "norm": 0.5, "down": 1.5}, rampSteps=8)
    eventually(lambda: iso._receiver is not None and iso._receiver.newest.revision == 1)


@pytest.fixture(autouse=True)
def runs_end() -> Iterator[None]:
    yield
    for callback in list(Balance._newest.values()):
        callback._end("the test is over")
    Balance._newest.clear()


def test_a_training_is_told_from_its_beginning_to_its_end(broker: Broker, tmp_path: Path) -> None:
    callback = balance(broker, "hf")
    trained = trainer(tmp_path, callback, Unhurried(callback), eval_strategy="steps", eval_steps=3)
    trained.train()
    assert broker.phases("hf")[-1] == {"name": "finished", "steps": 12}
    (described,) = {v for h, v in broker.records(RUNS, "hf") if h["ce_id"].endswith("finished")}
    assert json.loads(described or b"")["totalSteps"] == 12
    told = progress(broker, "hf")
    assert told[-1]["step"] == 12
    assert told[-1]["epoch"] == 2
    assert told[-1]["counters"]["snapshotsTaken"] == 2 * 7
    logged = [entry["loss"] for entry in trained.state.log_history if "loss" in entry]
    assert {p["loss"] for p in told if "loss" in p} <= set(logged)
    assert any("loss" in p for p in told)
    metrics = {name for p in told for name in p.get("metrics", {})}
    assert {"grad_norm", "eval_loss", "samplesPerSecond"} <= metrics
    assert "learning_rate" not in metrics
    accuracies = [e["eval_accuracy"] for e in trained.state.log_history if "eval_accuracy" in e]
    assert {p["accuracy"] for p in told if "accuracy" in p} <= set(accuracies)
    assert any("accuracy" in p for p in told)


def test_training_is_as_without_the_callback_until_something_is_decided(
    broker: Broker, tmp_path: Path
) -> None:
    plain = trainer(tmp_path)
    plain.train()
    balanced = trainer(tmp_path, balance(broker, "hf-same"))
    balanced.train()
    for ours, theirs in zip(balanced.model.parameters(), plain.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_gradient_accumulation_counts_steps_of_the_optimizer(
    broker: Broker, tmp_path: Path
) -> None:
    trained = trainer(tmp_path, balance(broker, "hf-sums"), gradient_accumulation_steps=3)
    trained.train()
    assert trained.state.global_step == 4
    assert progress(broker, "hf-sums")[-1]["step"] == 4
    assert progress(broker, "hf-sums")[-1]["totalSteps"] == 4


def test_factors_act_through_the_wrapped_optimizer(broker: Broker, tmp_path: Path) -> None:
    callback = balance(broker, "hf-acts")
    seen: list[dict[str, float]] = []

    def look() -> None:
        assert callback.iso is not None
        seen.append(callback.iso.effective_lrs())

    trained = trainer(
        tmp_path,
        callback,
        After(2, lambda: decide(broker, callback)),
        After(11, look),
        lr_scheduler_type="constant",
    )
    trained.train()
    assert type(trained.optimizer).__name__ == "AcceleratedOptimizer"
    # The ramp of eight steps began at step 3, or at 2 where the decision came before its end.
    (rates,) = seen
    assert rates["down"] == pytest.approx(0.015)
    assert rates["up"] == pytest.approx(0.005)
    assert {group["lr"] for group in trained.optimizer.param_groups} == {0.01}


@pytest.mark.parametrize("restored_by_trainer", [False, True])
def test_a_checkpoint_keeps_factors_and_ramp_and_training_goes_on_with_them(
    broker: Broker, tmp_path: Path, restored_by_trainer: bool
) -> None:
    run = f"hf-resumed-{restored_by_trainer}"
    callback = balance(broker, run)
    first = trainer(
        tmp_path,
        callback,
        After(2, lambda: decide(broker, callback)),
        save_strategy="steps",
        save_steps=6,
    )
    first.train()
    saved = json.loads((tmp_path / "checkpoint-6/trainer_state.json").read_text())
    kept = saved["stateful_callbacks"]["Balance"]["attributes"]["kept"]
    assert kept["step"] == 6
    assert kept["rates"]["ramp"]["steps"] == 8
    assert "servers" not in json.dumps(saved["stateful_callbacks"])
    seen: list[Any] = []

    class Look(TrainerCallback):
        def on_step_begin(self, args: Any, state: Any, *_: Any, **kwargs: Any) -> None:
            (mine,) = [c for c in again.callback_handler.callbacks if isinstance(c, Balance)]
            assert mine.iso is not None
            seen.append((state.global_step, mine.iso.steps, mine.iso.state_dict()))

    again = trainer(
        tmp_path,
        Look(),
        balance(broker, run),
        restore_callback_states_from_checkpoint=restored_by_trainer,
    )
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-6"))
    assert [(at, steps) for at, steps, _ in seen] == [(n, n) for n in range(6, 12)]
    state = seen[0][2]
    assert state["incarnation"] > kept["incarnation"]
    assert state["rates"] == kept["rates"]
    assert broker.phases(run)[-1] == {"name": "finished", "steps": 12}


def test_a_checkpoint_without_the_callback_can_be_gone_on_from_with_it(
    broker: Broker, tmp_path: Path
) -> None:
    trainer(tmp_path, save_strategy="steps", save_steps=6).train()
    again = trainer(tmp_path, balance(broker, "hf-late"), save_strategy="steps", save_steps=6)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-6"))
    told = progress(broker, "hf-late")
    assert min(p["step"] for p in told) >= 6
    assert told[-1]["step"] == 12
    assert told[-1]["epoch"] == 2
    saved = json.loads((tmp_path / "checkpoint-12/trainer_state.json").read_text())
    assert saved["stateful_callbacks"]["Balance"]["attributes"]["kept"]["step"] == 12


def test_an_epoch_that_is_cut_short_is_none(broker: Broker, tmp_path: Path) -> None:
    trainer(tmp_path, balance(broker, "hf-cut", every="epoch"), max_steps=8).train()
    last = progress(broker, "hf-cut")[-1]
    assert (last["step"], last["epoch"]) == (8, 1)
    assert last["counters"]["snapshotsTaken"] == 2 * 2


def test_training_twice_gives_two_incarnations(broker: Broker, tmp_path: Path) -> None:
    trained = trainer(tmp_path, balance(broker, "hf-twice"))
    trained.train()
    trained.train()
    first, second = sorted({p["incarnation"] for p in progress(broker, "hf-twice")})
    assert first < second
    ends = [phase for phase in broker.phases("hf-twice") if phase["name"] != "running"]
    assert ends == [{"name": "finished", "steps": 12}] * 2


def test_a_trainer_that_begins_anew_ends_what_it_had_begun(broker: Broker, tmp_path: Path) -> None:
    def interrupt() -> None:
        raise RuntimeError("as if interrupted in a notebook")

    callback = balance(broker, "hf-anew")
    trained = trainer(tmp_path, callback, After(3, interrupt))
    with pytest.raises(RuntimeError):
        trained.train()
    assert callback.iso is not None
    trained.remove_callback(After)
    trained.train()
    ends = [phase for phase in broker.phases("hf-anew") if phase["name"] != "running"]
    assert ends == [
        {"name": "failed", "cause": "the Trainer has begun anew"},
        {"name": "finished", "steps": 12},
    ]


def test_a_program_that_dies_of_an_exception_in_the_trainer_says_which(
    broker: Broker, tmp_path: Path
) -> None:
    code = (
        "from pathlib import Path; from test_huggingface import *;"
        "boom = After(3, lambda: 1 / 0);"
        f"callback = Balance('hf-dies', servers={broker.servers!r});"
        f"trainer(Path({str(tmp_path)!r}), callback, boom).train()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "ZeroDivisionError" in done.stderr
    assert broker.phases("hf-dies")[-1] == {
        "name": "failed",
        "cause": "ZeroDivisionError: division by zero",
    }


def test_options_are_those_of_balance() -> None:
    ours = {"model", "optimizer", "run", "total_steps"}
    assert (
        set(Options.__annotations__) == set(inspect.signature(isotherm.balance).parameters) - ours
    )


def test_an_option_that_is_none_is_refused_when_the_callback_is_made() -> None:
    with pytest.raises(TypeError, match="Balance has no option 'evry'; it has every, policy"):
        Balance("r1", evry=3)  # type: ignore[call-arg]


def test_bad_input_is_one_line_that_leaves_the_trainer(broker: Broker, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="policy must be one of"):
        trainer(tmp_path, balance(broker, "hf-bad", policy="liner")).train()


def test_importing_isotherm_needs_no_trainer() -> None:
    code = (
        "import sys\n"
        "sys.modules.update(transformers=None, lightning=None, pytorch_lightning=None)\n"
        "import isotherm; isotherm.balance\n"
        "for name in 'huggingface', 'lightning':\n"
        "  try: getattr(isotherm, name)\n"
        "  except ImportError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "isotherm.huggingface needs transformers: pip install 'isotherm[huggingface]'",
        "isotherm.lightning needs Lightning: pip install 'isotherm[lightning]'",
    ]
