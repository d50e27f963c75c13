"""The callback in the real Trainer of Lightning, under both of its names, with a broker."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import pytest
import pytorch_lightning
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody writes it
from conftest import Broker, all_published, eventually
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import isotherm
from isotherm.lightning import Balance
from isotherm.messages import PROGRESS


def batches(count: int = 6) -> DataLoader[Any]:
    generator = torch.Generator().manual_seed(1)
    xs = torch.randn(4 * count, 8, generator=generator)
    return DataLoader(TensorDataset(xs, torch.arange(4 * count) % 3), batch_size=4)


class Classifier(pl.LightningModule):
    """Vectors [n, 8] to three classes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.up, self.norm, self.down = nn.Linear(8, 16), nn.LayerNorm(16), nn.Linear(16, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.down(self.norm(self.up(x)).relu())
        return logits

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        loss = F.cross_entropy(self(batch[0]), batch[1])
        self.log("perplexity", loss.detach().exp())
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        self.log("val_loss", F.cross_entropy(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.parameters(), 0.01)


class Adversaries(Classifier):
    """Two optimizers that step by hand, the second with a closure and every other batch alone."""

    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False

    def training_step(self, batch: Any, index: int) -> Any:
        first, second = self.optimizers()
        loss = F.cross_entropy(self(batch[0]), batch[1])
        first.zero_grad()
        self.manual_backward(loss)
        first.step()
        if index % 2:

            def closure() -> torch.Tensor:
                again = F.cross_entropy(self(batch[0]), batch[1])
                second.zero_grad()
                self.manual_backward(again)
                return again

            second.step(closure)
        return {"loss": loss.detach()}

    def configure_optimizers(self) -> Any:
        ends = [*self.norm.parameters(), *self.down.parameters()]
        return [torch.optim.SGD(self.up.parameters(), 0.1), torch.optim.AdamW(ends, 0.01)]


class At(pl.Callback):
    """Does something behind some batches."""

    def __init__(self, what: Any, *steps: int) -> None:
        self.what, self.steps = what, steps

    @property
    def state_key(self) -> str:
        return f"At{id(self)}"

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        if not self.steps or trainer.global_step in self.steps:
            self.what()


def trainer(folder: Path, *callbacks: Any, module: Any = pl, **changes: Any) -> Any:
    """Two epochs of six batches."""
    warnings.filterwarnings("ignore", module=r"(lightning|pytorch_lightning)\..*")
    options = {
        "default_root_dir": folder,
        "max_epochs": 2,
        "accelerator": "cpu",
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "log_every_n_steps": 2,
    }
    return module.Trainer(callbacks=list(callbacks), **{**options, **changes})


def balance(broker: Broker, run: str, **options: Any) -> Balance:
    return Balance(run, **{"every": 2, "servers": broker.servers, **options})


def progress(broker: Broker, run: str) -> list[dict[str, Any]]:
    return [json.loads(value or b"") for _, value in broker.records(PROGRESS, run)]


def decide(broker: Broker, callback: Balance) -> None:
    iso = callback.iso
    assert iso is not None
    broker.decide(iso, {"up": 0.5, "norm": 0.5, "down": 1.5}, rampSteps=8)
    eventually(lambda: iso._receiver is not None and iso._receiver.newest.revision == 1)


def wait(callback: Balance) -> None:
    """So that no progress message is overtaken."""
    assert callback.iso is not None
    iso = callback.iso
    eventually(lambda: all_published(iso))


def test_a_training_is_told_from_its_beginning_to_its_end(broker: Broker, tmp_path: Path) -> None:
    callback = balance(broker, "pl")
    losses: list[float] = []
    fit = trainer(
        tmp_path,
        callback,
        At(lambda: wait(callback)),
        At(lambda: losses.append(float(fit.callback_metrics["perplexity"].log()))),
    )
    fit.fit(Classifier(), batches(), batches(2))
    assert broker.phases("pl")[-1] == {"name": "finished", "steps": 12}
    told = progress(broker, "pl")
    assert (told[-1]["step"], told[-1]["epoch"], told[-1]["totalSteps"]) == (12, 2, 12)
    assert told[-1]["counters"]["snapshotsTaken"] == 2 * 7
    seen = {p["step"]: p["loss"] for p in told if "loss" in p}
    assert len(seen) >= 6
    assert seen == {step: pytest.approx(losses[step - 1], rel=1e-5) for step in seen}
    assert {n for p in told for n in p.get("metrics", {})} == {"perplexity", "val_loss"}
    assert callback.iso is None


@pytest.mark.parametrize("module", [Classifier, Adversaries])
def test_training_is_as_without_the_callback_until_something_is_decided(
    broker: Broker, tmp_path: Path, module: Any
) -> None:
    plain, balanced = module(), module()
    trainer(tmp_path).fit(plain, batches())
    trainer(tmp_path, balance(broker, f"pl-same-{module.__name__}")).fit(balanced, batches())
    for ours, theirs in zip(balanced.parameters(), plain.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_other_package_s_trainer_takes_it_too(broker: Broker, tmp_path: Path) -> None:
    class Small(pytorch_lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 3)

        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            return F.cross_entropy(self.layer(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.1)

    trainer(
        tmp_path,
        balance(broker, "pl-other"),
        module=pytorch_lightning,
        enable_checkpointing=True,
    ).fit(Small(), batches())
    assert broker.phases("pl-other")[-1] == {"name": "finished", "steps": 12}
    (checkpoint,) = tmp_path.rglob("*.ckpt")
    kept = torch.load(checkpoint, weights_only=False)["callbacks"]["isotherm.Balance"]
    assert kept["step"] == 12


@pytest.mark.parametrize("package", ["lightning.pytorch", "pytorch_lightning"])
def test_it_is_a_callback_of_the_package_that_the_program_has_imported(package: str) -> None:
    code = (
        f"import sys, {package} as package, isotherm\n"
        "assert issubclass(isotherm.lightning.Balance, package.Callback)\n"
        "print(sorted({'lightning.pytorch', 'pytorch_lightning'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == f"['{package}']"


def test_accumulated_batches_are_one_step(broker: Broker, tmp_path: Path) -> None:
    # Six batches an epoch: steps of four batches and of the two that are left.
    fit = trainer(tmp_path, balance(broker, "pl-sums"), accumulate_grad_batches=4)
    fit.fit(Classifier(), batches())
    assert fit.global_step == 4
    last = progress(broker, "pl-sums")[-1]
    assert (last["step"], last["totalSteps"]) == (4, 4)


def test_several_optimizers_that_step_by_hand_behind_a_batch_are_one_step(
    broker: Broker, tmp_path: Path
) -> None:
    fit = trainer(tmp_path, balance(broker, "pl-hand"))
    fit.fit(Adversaries(), batches())
    assert fit.global_step == 12 + 6
    assert progress(broker, "pl-hand")[-1]["step"] == 12


@pytest.mark.parametrize("module", [Classifier, Adversaries])
def test_factors_act_and_the_user_sees_his_own_rates(
    broker: Broker, tmp_path: Path, module: Any
) -> None:
    callback = balance(broker, f"pl-acts-{module.__name__}")
    seen: list[tuple[dict[str, float], list[float]]] = []

    def look() -> None:
        assert callback.iso is not None
        groups = [g["lr"] for o in fit.optimizers for g in o.param_groups]
        seen.append((callback.iso.effective_lrs(), groups))

    decided_at = 2 if module is Classifier else 3
    fit = trainer(
        tmp_path,
        callback,
        At(lambda: decide(broker, callback), decided_at),
        max_epochs=4,
    )
    fit.callbacks.append(At(look))
    fit.fit(module(), batches())
    rates, groups = seen[-1]
    up, down = (0.01, 0.01) if module is Classifier else (0.1, 0.01)
    assert rates["down"] == pytest.approx(1.5 * down)
    assert rates["up"] == pytest.approx(0.5 * up)
    assert set(groups) == {up, down}


def test_a_checkpoint_keeps_factors_and_ramp_and_training_goes_on_with_them(
    broker: Broker, tmp_path: Path
) -> None:
    callback = balance(broker, "pl-resumed")
    saved = tmp_path / "behind-six.ckpt"
    fit = trainer(tmp_path, callback, At(lambda: decide(broker, callback), 2))
    fit.callbacks.append(At(lambda: fit.save_checkpoint(saved), 6))
    fit.fit(Classifier(), batches())
    kept = torch.load(saved, weights_only=True)["callbacks"]["isotherm.Balance"]
    assert kept["step"] == 6
    assert kept["rates"]["ramp"]["steps"] == 8
    fit.save_checkpoint(tmp_path / "behind-all.ckpt")
    last = torch.load(tmp_path / "behind-all.ckpt")["callbacks"]["isotherm.Balance"]
    assert last["step"] == 12
    assert last["rates"]["factors"]["down"] == 1.5

    resumed = balance(broker, "pl-resumed")
    seen: list[Any] = []

    class Look(pl.Callback):
        def on_train_batch_start(self, fit: Any, *_: Any) -> None:
            assert resumed.iso is not None
            seen.append((fit.global_step, resumed.iso.steps, resumed.iso.state_dict()))

    fit = trainer(tmp_path, resumed, Look())
    fit.fit(Classifier(), batches(), ckpt_path=saved)
    # Lightning 2.4 counts the batch behind which the checkpoint was saved as one to come.
    assert [(at, steps) for at, steps, _ in seen] == [(n, n) for n in range(6, fit.global_step)]
    assert seen[0][2]["incarnation"] > kept["incarnation"]
    assert seen[0][2]["rates"] == kept["rates"]
    assert broker.phases("pl-resumed")[-1] == {"name": "finished", "steps": fit.global_step}


def test_a_checkpoint_without_the_callback_can_be_gone_on_from_with_it(
    broker: Broker, tmp_path: Path
) -> None:
    saved = tmp_path / "plain.ckpt"
    fit = trainer(tmp_path, max_epochs=1)
    fit.fit(Classifier(), batches())
    fit.save_checkpoint(saved)
    trainer(tmp_path, balance(broker, "pl-late")).fit(Classifier(), batches(), ckpt_path=saved)
    told = progress(broker, "pl-late")
    assert min(p["step"] for p in told) >= 6
    assert (told[-1]["step"], told[-1]["epoch"]) == (12, 2)


def test_fitting_twice_gives_two_incarnations(broker: Broker, tmp_path: Path) -> None:
    callback = balance(broker, "pl-twice")
    for _ in range(2):
        trainer(tmp_path, callback).fit(Classifier(), batches())
    assert len({p["incarnation"] for p in progress(broker, "pl-twice")}) == 2
    assert {p["step"] for p in progress(broker, "pl-twice")} <= set(range(13))


def test_an_exception_is_the_cause_of_the_failure(broker: Broker, tmp_path: Path) -> None:
    def fail() -> None:
        raise RuntimeError("out of\nmemory")

    with pytest.raises(RuntimeError):
        trainer(tmp_path, balance(broker, "pl-fails"), At(fail, 3)).fit(Classifier(), batches())
    assert broker.phases("pl-fails")[-1] == {
        "name": "failed",
        "cause": "RuntimeError: out of memory",
    }


def test_a_trainer_that_does_not_know_its_end_is_asked_for_it(
    broker: Broker, tmp_path: Path
) -> None:
    endless = {"max_epochs": -1, "max_steps": -1}
    with pytest.raises(ValueError, match="give it max_steps, or give Balance total_steps"):
        trainer(tmp_path, balance(broker, "pl-endless"), **endless).fit(Classifier(), batches())
    callback = balance(broker, "pl-endless", total_steps=7)
    fit = trainer(tmp_path, callback, **endless)
    fit.callbacks.append(At(lambda: setattr(fit, "should_stop", True), 7))
    fit.fit(Classifier(), batches())
    assert progress(broker, "pl-endless")[-1]["totalSteps"] == 7
    assert broker.phases("pl-endless")[-1]["name"] == "finished"


def test_validating_and_testing_begin_no_run(broker: Broker, tmp_path: Path) -> None:
    callback = balance(broker, "pl-validates")
    trainer(tmp_path, callback).validate(Classifier(), batches(), verbose=False)
    assert callback.iso is None
    assert broker.records(PROGRESS, "pl-validates") == []


def test_an_option_that_is_none_is_refused_when_the_callback_is_made() -> None:
    with pytest.raises(TypeError, match="Balance has no option 'evry'; it has every, policy"):
        isotherm.lightning.Balance("r1", evry=3)  # type: ignore[call-arg]
